import { AppError } from '../core/index.ts';
import type { AppErrorOptions } from '../core/index.ts';

export type KustomizeErrorCode =
  'INVALID' | 'NOT_FOUND' | 'OUTSIDE_ROOT' | 'UNSUPPORTED' | 'DUPLICATE' | 'PATCH_FAILED' | 'CYCLE';

export interface KustomizeErrorOptions extends AppErrorOptions {
  readonly file?: string;
  readonly line?: number;
}

/** A kustomization cannot be built as written. */
export class KustomizeError extends AppError {
  override readonly name = 'KustomizeError';
  readonly code: KustomizeErrorCode;
  readonly file: string | undefined;
  readonly line: number | undefined;

  constructor(code: KustomizeErrorCode, message: string, { file, line, ...options }: KustomizeErrorOptions = {}) {
    const place = file === undefined ? '' : ` (${file}${line === undefined ? '' : `:${line}`})`;
    super(`${message}${place}`, options);
    this.code = code;
    this.file = file;
    this.line = line;
  }
}
