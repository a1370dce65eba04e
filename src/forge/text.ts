import type { MergeRequest, NewMergeRequest } from './port.ts';

/** Cut to `length` UTF-16 units at most, with a mark that it was. */
export function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

/** Whether an open merge request is what `request` asks for; forges trim texts. */
export function sameRequest(one: MergeRequest, request: NewMergeRequest): boolean {
  const isSame = (key: 'title' | 'description'): boolean => one[key].trim() === request[key].trim();
  const { sourceBranch, targetBranch } = request;
  return (
    one.sourceBranch === sourceBranch && one.targetBranch === targetBranch && isSame('title') && isSame('description')
  );
}
