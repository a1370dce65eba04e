import { AppError } from '../core/index.ts';
import type { AppErrorOptions } from '../core/index.ts';

export type RegistryErrorCode =
  'INVALID_REFERENCE' | 'NOT_FOUND' | 'UNAUTHORIZED' | 'DIGEST_MISMATCH' | 'TOO_LARGE' | 'UNAVAILABLE' | 'REFUSED';

/** A registry, or a reference to an image in one, cannot be used as asked. */
export class RegistryError extends AppError {
  override readonly name = 'RegistryError';
  readonly code: RegistryErrorCode;

  constructor(code: RegistryErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options);
    this.code = code;
  }

  override get retryable(): boolean {
    return this.code === 'UNAVAILABLE';
  }
}
