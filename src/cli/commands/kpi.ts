import { computeKpis, readRecords } from '../../evidence/index.ts';
import type { Kpi } from '../../evidence/index.ts';
import type { Command } from '../command.ts';
import { formatTable, render } from '../terminal/terminal.ts';
import { REPOSITORY, withLedger } from './ledger.ts';
import { DATA } from './options.ts';

const FEW = 10;

export const kpi: Command = {
  name: 'kpi',
  summary: 'print the five figures of ADR-007, each next to its target',
  description: 'Computed from the ledger alone. A figure without facts says so; one that rests on few says how many.',
  options: [REPOSITORY, DATA],
  async run(input, context) {
    const kpis = computeKpis(await withLedger(input, context, (mirror) => readRecords(mirror)));
    context.terminal.out(
      render(
        kpis.map((one) => ({ ...one })),
        context.output,
        () => kpiTable(kpis),
      ),
    );
    return 0;
  },
};

/** One line a figure. */
export function kpiTable(kpis: readonly Kpi[]): string {
  const rows = kpis.map(({ name, value, unit, target, met, samples }) => [
    name,
    value === undefined ? 'no data' : formatValue(value, unit),
    target,
    met === undefined ? '–' : met ? 'met' : 'missed',
    samples < FEW ? `n = ${samples}, insufficient` : `n = ${samples}`,
  ]);
  return formatTable([['FIGURE', 'VALUE', 'TARGET', '', 'FACTS'], ...rows]);
}

function formatValue(value: number, unit: Kpi['unit']): string {
  if (unit === '%') return `${value.toFixed(0)} %`;
  if (value < 1) return `${(value * 1000).toFixed(0)} ms`;
  return value < 120 ? `${value.toFixed(1)} s` : `${(value / 60).toFixed(1)} min`;
}
