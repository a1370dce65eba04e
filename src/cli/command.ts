import type { Logger } from '../core/index.ts';
import type { Terminal } from './terminal/terminal.ts';

/** One positional argument. */
export interface ArgumentSpec {
  readonly name: string;
  readonly description: string;
  /** @default true */
  readonly required?: boolean;
}

/** One `--option`. `value` absent: a switch. */
export interface OptionSpec {
  readonly name: string;
  /** Upper-case placeholder of the value. */
  readonly value?: string;
  readonly description: string;
  readonly default?: string;
  readonly choices?: readonly string[];
}

export type OutputFormat = 'table' | 'json' | 'yaml';

export interface Input {
  readonly args: Readonly<Record<string, string | undefined>>;
  readonly options: Readonly<Record<string, string | undefined>>;
  /** Switches that were given. */
  readonly switches: ReadonlySet<string>;
}

/** What a command may touch. `cli` is the only domain that reads the environment. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly output: OutputFormat;
}

/** A command as data: help, `docs/cli.md` and parsing all come from it. */
export interface Command {
  /** As typed, for instance `evidence verify`. */
  readonly name: string;
  readonly summary: string;
  /** A paragraph or two. */
  readonly description?: string;
  readonly args?: readonly ArgumentSpec[];
  /** One that is named `output` takes the place of the one that every command has. */
  readonly options?: readonly OptionSpec[];
  readonly examples?: readonly string[];
  /** Answers the exit code: 0 done, 1 refused or failed. Wrong usage is thrown as `UsageError` (2). */
  run(input: Input, context: CommandContext): Promise<number>;
}
