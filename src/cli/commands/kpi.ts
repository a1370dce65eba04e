import { computeKpis, readRecords, splitLeadTime } from '../../evidence/index.ts';
import type { Kpi } from '../../evidence/index.ts';
import type { Command } from '../command.ts';
import { formatTable, render } from '../terminal/terminal.ts';
import { REPOSITORY, withLedger } from './ledger.ts';
import { DATA } from './options.ts';

export const kpi: Command = {
  name: 'kpi',
  summary: 'print the five figures of ADR-007, each next to its target, and where lead time goes',
  description:
    'Computed from the ledger alone; the formulas are in docs/spec/evidence/kpi.md. A figure without facts says so, and ' +
    'one that rests on fewer than ten is insufficient.',
  options: [REPOSITORY, DATA],
  async run(input, context) {
    const records = await withLedger(input, context, (mirror) => readRecords(mirror));
    const kpis = [...computeKpis(records), ...splitLeadTime(records)];
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
  const rows = kpis.map((one) => [
    one.name,
    one.value === undefined ? 'no data' : formatValue(one.value, one.unit),
    one.target,
    one.met === undefined ? '–' : one.met ? 'met' : 'missed',
    formatFacts(one),
  ]);
  return formatTable([['FIGURE', 'VALUE', 'TARGET', '', 'FACTS'], ...rows]);
}

function formatFacts({ samples, hits, insufficient, skewed, provenAtLeast }: Kpi): string {
  const parts = [
    hits === undefined ? `n = ${samples}` : `${hits} of ${samples}`,
    insufficient === true ? 'insufficient' : '',
    provenAtLeast === undefined ? '' : `at least ${Math.floor(provenAtLeast)} %`,
    skewed === undefined ? '' : `${skewed} left out, clock wrong`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

function formatValue(value: number, unit: Kpi['unit']): string {
  if (unit === '%') return `${value.toFixed(0)} %`;
  if (value < 1) return `${(value * 1000).toFixed(0)} ms`;
  return value < 120 ? `${value.toFixed(1)} s` : `${(value / 60).toFixed(1)} min`;
}
