import { AppError, UsageError, messageOf } from '../core/index.ts';
import type { Terminal } from './terminal/terminal.ts';

/**
 * Tells the user of an error and answers the exit code. A user's mistake is one line; a defect shows its stack,
 * because somebody must mend it.
 */
export function report(error: unknown, terminal: Terminal, signal: AbortSignal): number {
  if (signal.aborted) return 130;
  if (error instanceof AppError) {
    terminal.err(`stoa-cd: ${error.message}`);
    return error instanceof UsageError ? 2 : 1;
  }
  terminal.err(
    `stoa-cd: internal error: ${error instanceof Error ? (error.stack ?? error.message) : messageOf(error)}`,
  );
  return 1;
}
