import { AppError } from '../core/index.ts';

/** `reason` of a `metav1.Status`. */
export type StatusReason =
  | 'Unauthorized'
  | 'Forbidden'
  | 'NotFound'
  | 'AlreadyExists'
  | 'Conflict'
  | 'Gone'
  | 'Expired'
  | 'Invalid'
  | 'BadRequest'
  | 'MethodNotAllowed'
  | 'NotAcceptable'
  | 'UnsupportedMediaType'
  | 'RequestEntityTooLarge'
  | 'TooManyRequests'
  | 'Timeout'
  | 'ServerTimeout'
  | 'ServiceUnavailable'
  | 'InternalError'
  | 'InsufficientStorage'
  | 'Unknown';

export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** A `metav1.Status` of kind failure. */
export interface StatusFailure {
  readonly httpCode: number;
  readonly reason: StatusReason;
  readonly message: string;
  readonly group?: string;
  readonly kind?: string;
  readonly objectName?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

const TRANSIENT: ReadonlySet<number> = new Set([409, 410, 429, 500, 502, 503, 504]);

/** The API server answered with a failure, or could not be reached (`ServiceUnavailable`, code 503). */
export class ApiError extends AppError {
  override readonly name = 'ApiError';
  readonly code = 'KUBERNETES_API';
  readonly status: StatusFailure;

  constructor(status: StatusFailure, cause?: unknown) {
    super(status.message, { cause, details: { reason: status.reason, httpCode: status.httpCode } });
    this.status = status;
  }

  get reason(): StatusReason {
    return this.status.reason;
  }

  override get retryable(): boolean {
    return TRANSIENT.has(this.status.httpCode);
  }
}

export function isApiError(error: unknown, reason?: StatusReason): error is ApiError {
  return error instanceof ApiError && (reason === undefined || error.reason === reason);
}
