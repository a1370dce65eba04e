/**
 * Base of every error that this program raises on purpose. A subclass exists for each condition that a caller must
 * tell apart; `code` is stable, messages are not.
 */
export abstract class AppError extends Error {
  /** Stable, upper-case, unique within a domain. */
  abstract readonly code: string;
  /** True when the same call may succeed later without anybody changing anything. */
  get retryable(): boolean {
    return false;
  }

  /** Safe to print: never holds a secret. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.details = options.details ?? {};
  }
}

export interface AppErrorOptions {
  readonly cause?: unknown;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** The user asked for something that cannot be done as asked; shown as one line, exit code 2. */
export class UsageError extends AppError {
  override readonly name = 'UsageError';
  readonly code = 'USAGE';
}

/** The request is understood and refused; shown as one line, exit code 1. */
export class RefusedError extends AppError {
  override readonly name = 'RefusedError';
  readonly code = 'REFUSED';
}

/** A message for people, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
