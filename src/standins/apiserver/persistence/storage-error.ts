import { AppError } from '../../../core/index.ts';

/** The data directory cannot take or give what it should. */
export class StorageError extends AppError {
  override readonly name = 'StorageError';
  readonly code = 'STORAGE';
}
