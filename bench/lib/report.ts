import type { Machine } from './machine.ts';

/** One measured figure. */
export interface Row {
  readonly figure: string;
  /** With its unit, as printed. */
  readonly value: string;
  /** The value by itself. */
  readonly number?: number;
  /** How it was measured: how often, by whom, over what. */
  readonly how: string;
  /** What it should be, where that was agreed. */
  readonly goal?: string;
  /** Whether it is so. */
  readonly met?: boolean;
  /** A goal that is missed fails the run. */
  readonly gate?: boolean;
}

/** What a benchmark answers. A benchmark whose equality check fails has no figures. */
export interface Measured {
  /** What was compared before any time counts, and the result. */
  readonly equality: { readonly ok: boolean; readonly what: string };
  /** Programs that took part, with their versions. */
  readonly versions: Readonly<Record<string, string>>;
  readonly rows: readonly Row[];
}

export interface Benchmark {
  readonly summary: string;
  /** `tell` says what is being done now. */
  run(tell: (what: string) => void): Promise<Measured>;
}

/** Whether the run counts as failed: something was not equal, or a gate was missed. */
export function hasFailed({ equality, rows }: Measured): boolean {
  return !equality.ok || rows.some(({ gate, met }) => gate === true && met === false);
}

export function formatReport(name: string, machine: Machine, { equality, versions, rows }: Measured): string {
  const { cores, processor, memoryGiB, load, noisy } = machine;
  const programs = Object.entries(versions).map(([program, version]) => `${program} ${version}`);
  const lines = [
    `${name} on ${cores} cores (${processor}), ${memoryGiB} GiB, load ${load}${noisy ? ', NOISY' : ''}; ${programs.join(', ')}`,
    `equality: ${equality.ok ? 'ok' : 'FAILED'}: ${equality.what}`,
  ];
  if (!equality.ok) return lines.join('\n');
  const cells = rows.map(({ figure, value, how, goal = '–', met = true }) => [
    figure,
    value,
    met ? goal : `${goal}, missed`,
    how,
  ]);
  return [...lines, '', markdownTable([['figure', 'value', 'goal', 'how'], ...cells])].join('\n');
}

function markdownTable([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
