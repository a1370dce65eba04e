import { join } from 'node:path';
import { createLogger } from '../../core/index.ts';
import type { LogLevel, Logger } from '../../core/index.ts';

const LEVELS: readonly string[] = ['debug', 'info', 'warn', 'error', 'silent'] satisfies readonly LogLevel[];

/** The log of an instance: JSON lines in its data directory, so that the terminal stays readable. */
export function instanceLogger(directory: string, level: string | undefined): Logger {
  return createLogger({ level: isLevel(level) ? level : 'info', file: join(directory, 'stoa-cd.log') });
}

function isLevel(text: string | undefined): text is LogLevel {
  return text !== undefined && LEVELS.includes(text);
}
