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

/** The text is no ArtefactPolicy, or one that would let through what it should refuse. */
export class ArtefactPolicyError extends AppError {
  override readonly name = 'ArtefactPolicyError';
  readonly code = 'INVALID_POLICY';
  /** One line for each thing that is wrong: the path in the document, and why. */
  readonly issues: readonly string[];

  constructor(issues: readonly string[], options: AppErrorOptions = {}) {
    super(`Cannot read the artefact policy: ${issues.join('; ')}`, options);
    this.issues = issues;
  }
}
