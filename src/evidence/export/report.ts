import type { Kpi } from '../kpi.ts';
import type { Table } from './tables.ts';

export interface ReportContent {
  readonly title: string;
  /** What is known of the whole, name and value. */
  readonly summary: readonly (readonly [string, string])[];
  readonly kpis: readonly Kpi[];
  readonly sections: readonly { readonly heading: string; readonly table: Table }[];
}

const STYLE = `body{font:14px/1.4 system-ui,sans-serif;margin:2rem;color:#1a1a1a}table{border-collapse:collapse;margin:0 0 2rem}
th,td{border:1px solid #ccc;padding:.25rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}th{background:#f2f2f2}
dt{font-weight:600}dd{margin:0 0 .5rem;overflow-wrap:anywhere}@media print{body{margin:0}}`;

/** One page without scripts or anything from elsewhere. */
export function formatReport({ title, summary, kpis, sections }: ReportContent): string {
  const figures: Table = [['figure', 'value', 'target', 'facts'], ...kpis.map(kpiRow)];
  const parts = [{ heading: 'Figures', table: figures }, ...sections];
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>${escape(title)}</title><style>${STYLE}</style></head><body>`,
    `<h1>${escape(title)}</h1>`,
    `<dl>${summary.map(([name, value]) => `<dt>${escape(name)}</dt><dd>${escape(value)}</dd>`).join('')}</dl>`,
    ...parts.map(({ heading, table }) => `<h2>${escape(heading)}</h2>\n${tableOf(table)}`),
    '</body></html>\n',
  ].join('\n');
}

function kpiRow({ name, value, unit, target, samples, hits, insufficient }: Kpi): readonly string[] {
  const facts = `${hits === undefined ? '' : `${hits} of `}${samples}${insufficient === true ? ', insufficient' : ''}`;
  return [name, value === undefined ? 'no data' : `${Number(value.toFixed(2))} ${unit}`, target, facts];
}

function tableOf([head = [], ...rows]: Table): string {
  if (rows.length === 0) return '<p>None.</p>';
  const line = (cells: readonly string[], tag: string): string =>
    `<tr>${cells.map((text) => `<${tag}>${escape(text)}</${tag}>`).join('')}</tr>`;
  return `<table><thead>${line(head, 'th')}</thead><tbody>\n${rows.map((row) => line(row, 'td')).join('\n')}\n</tbody></table>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
