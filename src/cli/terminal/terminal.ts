import pc from 'picocolors';
import { formatYaml } from '../../core/index.ts';
import type { JsonValue } from '../../core/index.ts';
import type { OutputFormat } from '../command.ts';

/** Where a command writes: results on `out`, progress and remarks on `err`. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Overwrites the last progress lines; only on an interactive terminal. */
  readonly interactive: boolean;
  readonly columns: number;
  readonly colors: Colors;
}

export type Colors = ReturnType<typeof pc.createColors>;

export interface TerminalStreams {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export function createTerminal({ stdout, stderr, env }: TerminalStreams): Terminal {
  const plain = env['NO_COLOR'] !== undefined || !stderr.isTTY;
  return {
    out: (text) => void stdout.write(`${text}\n`),
    err: (text) => void stderr.write(`${text}\n`),
    interactive: stderr.isTTY && env['CI'] === undefined,
    columns: stderr.columns > 0 ? stderr.columns : 80,
    colors: pc.createColors(!plain),
  };
}

/** A result in the format asked for; `table` is what people read. */
export function render(value: JsonValue, format: OutputFormat, table: () => string): string {
  if (format === 'json') return JSON.stringify(value, null, 2);
  if (format === 'yaml') return formatYaml(value).trimEnd();
  return table();
}

/** Columns padded to their widest cell, two spaces apart, as kubectl prints them. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, cell.length)));
  return rows
    .map((row) =>
      row
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
