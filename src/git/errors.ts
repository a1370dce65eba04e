import { AppError } from '../core/index.ts';
import type { AppErrorOptions } from '../core/index.ts';

export type GitErrorCode =
  'NOT_FOUND' | 'REJECTED' | 'AUTHENTICATION' | 'UNREACHABLE' | 'CORRUPT' | 'INVALID' | 'MISSING_GIT' | 'FAILED';

/** Git refused, or could not be run. Holds no credentials. */
export class GitError extends AppError {
  override readonly name = 'GitError';
  readonly code: GitErrorCode;

  constructor(code: GitErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options);
    this.code = code;
  }

  override get retryable(): boolean {
    return this.code === 'UNREACHABLE';
  }
}

const PATTERNS: readonly (readonly [RegExp, GitErrorCode])[] = [
  [
    /authentication failed|could not read (username|password)|terminal prompts disabled|returned error: 40[13]/i,
    'AUTHENTICATION',
  ],
  [/returned error: 3\d\d/i, 'INVALID'],
  [/rejected|stale info|cannot lock ref|remote ref updated|fetch first|protected/i, 'REJECTED'],
  [
    /repository .* not found|returned error: 404|does not appear to be a git repository|not a valid (commit|object)|bad object|bad revision|unknown revision|not something we can merge/i,
    'NOT_FOUND',
  ],
  [
    /could not resolve host|failed to connect|couldn't connect|connection (refused|reset|timed out)|operation too slow|unable to access|returned error: 5\d\d|early eof|hung up/i,
    'UNREACHABLE',
  ],
  [
    /loose object|corrupt|not a git repository|unable to (read|unpack|parse)|inflate|packfile|index-pack failed/i,
    'CORRUPT',
  ],
];

/** What git's own words mean. */
export function codeOf(stderr: string): GitErrorCode {
  return PATTERNS.find(([pattern]) => pattern.test(stderr))?.[1] ?? 'FAILED';
}
