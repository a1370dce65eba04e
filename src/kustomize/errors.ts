import { AppError } from '../core/index.ts';

export type KustomizeErrorCode =
  /** A file is not the YAML that Kustomize reads. */
  | 'INVALID_YAML'
  /** A kustomization, component or configuration file has a field or value that does not belong there. */
  | 'INVALID_KUSTOMIZATION'
  /** An object lacks `kind` or a name, or is malformed. */
  | 'INVALID_RESOURCE'
  /** A file, folder or kustomization that is named does not exist. */
  | 'NOT_FOUND'
  /** A path leads outside what may be read. */
  | 'OUTSIDE_ROOT'
  /** Bases include one another. */
  | 'CYCLE'
  /** Two objects have one identity. */
  | 'DUPLICATE_RESOURCE'
  /** Something selects no object, or more than one where one is needed. */
  | 'NO_SINGLE_TARGET'
  | 'INVALID_PATCH'
  | 'INVALID_REPLACEMENT'
  | 'INVALID_GENERATOR'
  | 'INVALID_VARIABLE'
  /** Never done here: Helm, programs and containers, the network. */
  | 'REFUSED'
  /** A bound on size, depth or time is reached. */
  | 'LIMIT';

export interface KustomizeErrorOptions {
  /** Path below the repository root. */
  readonly file?: string;
  /** Counts from 1. */
  readonly line?: number;
  readonly cause?: unknown;
}

/** The kustomization cannot be built; the message says where, and what to do. */
export class KustomizeError extends AppError {
  override readonly name = 'KustomizeError';
  readonly code: KustomizeErrorCode;
  readonly file: string | undefined;
  readonly line: number | undefined;
  /** The message without the place. */
  readonly reason: string;

  constructor(code: KustomizeErrorCode, reason: string, options: KustomizeErrorOptions = {}) {
    const { file, line, cause } = options;
    const place = file === undefined || file === '' ? '' : `${file}${line === undefined ? '' : `:${line}`}: `;
    super(place + reason, { cause, details: { file, line } });
    this.code = code;
    this.file = file;
    this.line = line;
    this.reason = reason;
  }

  /** The same error with the file named, where none is named yet. */
  in(file: string): KustomizeError {
    if (this.file !== undefined) return this;
    const { code, reason, line, cause } = this;
    return new KustomizeError(code, reason, { file, ...(line === undefined ? {} : { line }), cause });
  }
}

/** Runs `work`; an error of it that names no file gets `file`. */
export function inFile<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof KustomizeError ? error.in(file) : error;
  }
}
