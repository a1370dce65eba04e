import { AppError } from '../core/index.ts';
import type { AppErrorOptions } from '../core/index.ts';

export type ForgeErrorCode = 'NOT_FOUND' | 'FORBIDDEN' | 'UNAUTHORIZED' | 'CONFLICT' | 'UNAVAILABLE' | 'INVALID';

/** The forge refused a call, or could not be reached. */
export class ForgeError extends AppError {
  override readonly name = 'ForgeError';
  readonly code: ForgeErrorCode;

  constructor(code: ForgeErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options);
    this.code = code;
  }

  override get retryable(): boolean {
    return this.code === 'UNAVAILABLE';
  }

  /** The forge asked to come back later, before it did anything. */
  get isRateLimit(): boolean {
    return this.details['rateLimit'] === true;
  }
}

const CODES: Readonly<Record<number, ForgeErrorCode>> = {
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'CONFLICT',
  406: 'CONFLICT',
  409: 'CONFLICT',
  422: 'CONFLICT',
  429: 'UNAVAILABLE',
};

export function codeOfStatus(status: number): ForgeErrorCode {
  return CODES[status] ?? (status >= 500 ? 'UNAVAILABLE' : 'INVALID');
}
