import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { SUITE_NAMES, loadSuite } from './registry.ts';
import type { Suite } from './registry.ts';
import { toVerdict } from './verdict.ts';
import type { Case, Verdict } from './verdict.ts';

const USAGE = `usage: npm run conformance -- SUITE FILE.jsonl [--only ID] [--verbose]
suites: ${SUITE_NAMES.join(', ')}`;

interface Arguments {
  readonly suite: Suite;
  readonly cases: readonly Case[];
  readonly verbose: boolean;
}

async function readArguments(): Promise<Arguments | undefined> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { only: { type: 'string' }, verbose: { type: 'boolean' } },
  });
  const [name = '', file] = positionals;
  const suite = await loadSuite(name);
  if (suite === undefined || file === undefined) return undefined;
  const cases = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as Case)
    .filter(({ id }) => values.only === undefined || id === values.only);
  return { suite, cases, verbose: values.verbose ?? values.only !== undefined };
}

async function runCase(suite: Suite, testCase: Case): Promise<Verdict> {
  try {
    return toVerdict(await suite.run(testCase));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const detail = error instanceof Error ? (error.stack ?? '') : '';
    return { verdict: 'failed', reason: `threw: ${reason}`, detail };
  }
}

/** Counts by name, `passed of all`. */
class Tally {
  readonly #counts = new Map<string, { passed: number; all: number }>();

  add(name: string, passed: boolean): void {
    const count = this.#counts.get(name) ?? { passed: 0, all: 0 };
    count.all++;
    if (passed) count.passed++;
    this.#counts.set(name, count);
  }

  print(): void {
    for (const [name, { passed, all }] of this.#counts) {
      console.log(`${name}: ${passed} of ${all} (${((100 * passed) / all).toFixed(1)} %)`);
    }
  }
}

async function main(): Promise<number> {
  const args = await readArguments();
  if (args === undefined) {
    console.error(USAGE);
    return 2;
  }
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const tally = new Tally();
  for (const testCase of args.cases) {
    const result = await runCase(args.suite, testCase);
    counts[result.verdict]++;
    if (result.verdict !== 'passed') {
      console.log(`${result.verdict} ${testCase.id}: ${(result.reason ?? '').slice(0, 300)}`);
    }
    if (args.verbose && result.detail !== undefined) console.log(result.detail);
    if (testCase.tier !== undefined) tally.add(`tier ${testCase.tier}`, result.verdict === 'passed');
    for (const [fact, holds] of Object.entries(result.facts ?? {})) tally.add(fact, holds);
  }
  tally.print();
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  return counts.failed > 0 ? 1 : 0;
}

process.exitCode = await main();
