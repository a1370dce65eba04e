import { AppError } from '../../core/index.ts';

/** The patch is malformed, or does not fit the object that it is applied to. */
export class PatchError extends AppError {
  override readonly name = 'PatchError';
  readonly code = 'INVALID_PATCH';
}
