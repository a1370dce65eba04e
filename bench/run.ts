/**
 * `npm run bench -- NAME [--json]`: runs one benchmark and prints its table. Exit code 1 when the equality check fails or
 * a gate is missed.
 * @module
 */
import { parseArgs } from 'node:util';
import { describeMachine } from './lib/machine.ts';
import { formatReport, hasFailed } from './lib/report.ts';
import type { Benchmark } from './lib/report.ts';

const BENCHMARKS: Readonly<Record<string, () => Promise<Benchmark>>> = {
  apiserver: async () => (await import('./apiserver/report.ts')).apiserver,
  engine: async () => (await import('./engine/engine.ts')).engine,
  evidence: async () => (await import('./evidence/evidence.ts')).evidence,
  loop: async () => (await import('./loop/loop.ts')).loop,
  preview: async () => (await import('./preview/preview.ts')).preview,
  render: async () => (await import('./render/render.ts')).render,
};

const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean' } } });
const [name = ''] = positionals;
const load = BENCHMARKS[name];
if (load === undefined) {
  process.stderr.write(`usage: npm run bench -- NAME [--json]\nbenchmarks: ${Object.keys(BENCHMARKS).join(', ')}\n`);
  process.exit(2);
}
const machine = describeMachine();
const benchmark = await load();
process.stderr.write(`${name}: ${benchmark.summary}\n`);
const measured = await benchmark.run((what) => process.stderr.write(`  ${what}\n`));
process.stdout.write(
  values.json === true
    ? `${JSON.stringify({ name, machine, ...measured }, null, 2)}\n`
    : `${formatReport(name, machine, measured)}\n`,
);
process.exit(hasFailed(measured) ? 1 : 0);
