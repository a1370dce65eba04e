import { isApiError } from '../../../kube/index.ts';

/** Nothing can be created in a namespace that is going away; trying again is of no use. */
export function isNamespaceTerminating(error: unknown): boolean {
  if (!isApiError(error, 'Forbidden')) return false;
  return error.status.causes?.some(({ reason }) => reason === 'NamespaceTerminating') === true;
}
