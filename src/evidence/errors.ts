import { AppError } from '../core/index.ts';
import type { AppErrorOptions } from '../core/index.ts';

export type EvidenceErrorCode = 'INVALID_KEY' | 'INVALID_FACT' | 'INVALID_RECORD' | 'REWRITTEN' | 'CONTENDED';

/** The ledger cannot be read or written. */
export class EvidenceError extends AppError {
  override readonly name = 'EvidenceError';
  readonly code: EvidenceErrorCode;

  constructor(code: EvidenceErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options);
    this.code = code;
  }

  override get retryable(): boolean {
    return this.code === 'CONTENDED';
  }
}
