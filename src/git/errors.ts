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

const REMOTE = /^remote:[^\S\n]?/;
const MAX_REMARKS = 8;
const MAX_TEXT = 500;

/** What git's own words mean; what the remote says counts only where git's own mean nothing. */
export function codeOf(stderr: string): GitErrorCode {
  const lines = stderr.split('\n');
  const meaning = (text: string): GitErrorCode | undefined => PATTERNS.find(([pattern]) => pattern.test(text))?.[1];
  return meaning(lines.filter((line) => !REMOTE.test(line)).join('\n')) ?? meaning(stderr) ?? 'FAILED';
}

/**
 * Git's own words for a failure, and a few lines of what the remote said of it, in one line.
 * @param secrets texts that are not repeated, beside what looks like a credential
 */
export function tellFailure(stderr: string, secrets: readonly string[] = []): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  const own = lines.filter((line) => !REMOTE.test(line)).map((line) => line.replace(/^(fatal|error): /, '').trim());
  const remarks = lines
    .filter((line) => REMOTE.test(line))
    .map((line) => line.replace(REMOTE, '').trim())
    .filter((line) => line !== '');
  const told = own.find((line) => line.startsWith('! [')) ?? own[0] ?? remarks.shift() ?? 'it failed without a message';
  const said = shorten(redact(remarks.slice(0, MAX_REMARKS).join('; '), secrets));
  return `${shorten(redact(told, secrets))}${said === '' ? '' : ` (the remote says: ${said})`}`;
}

function shorten(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}

/** Credentials in addresses and headers, and the tokens of the usual forges. */
const CREDENTIALS: readonly RegExp[] = [
  /(?<=\/\/)[^/\s@]+(?=@)/g,
  /(?<=\b(bearer|basic) +)\S{16,}|(?<=\b(token|password)[:=] *)\S{8,}/gi,
  /\b(glpat|gldt|glcbt|glptt|gloas|ghp|gho|ghu|ghs|ghr|github_pat)[-_]\w[\w.-]{10,}/g,
];

function redact(text: string, secrets: readonly string[]): string {
  // eslint-disable-next-line no-control-regex -- what a terminal would obey
  const plain = text.replace(/\x1b\[[0-9;]*[A-Za-z]|[\x00-\x1f\x7f-\x9f]/g, '');
  const hidden = secrets.filter((secret) => secret !== '').reduce((rest, one) => rest.replaceAll(one, '***'), plain);
  return CREDENTIALS.reduce((rest, pattern) => rest.replace(pattern, '***'), hidden);
}
