/**
 * The gate: every check side by side, one line each, and the output of those that fail. `--only NAME` runs one.
 * @module
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';

interface Check {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

interface Outcome extends Check {
  readonly ok: boolean;
  readonly output: string;
  readonly seconds: number;
}

const FOLDERS = ['src', 'web/src', 'test', 'bench', 'tools', 'evidence'].filter((folder) => existsSync(folder));

const CHECKS: readonly Check[] = [
  { name: 'types', command: ['tsc', '--noEmit'] },
  { name: 'types of the page', command: ['tsc', '--noEmit', '-p', 'web/tsconfig.json'] },
  {
    name: 'lint',
    command: ['eslint', '--max-warnings', '0', '--cache', '--cache-location', 'node_modules/.cache/eslint/', '.'],
  },
  { name: 'format', command: ['prettier', '--check', '--log-level', 'warn', '.'] },
  {
    name: 'boundaries',
    command: ['depcruise', '--config', '.dependency-cruiser.mjs', ...FOLDERS],
  },
  { name: 'unused code', command: ['knip'] },
  { name: 'architecture table', command: ['node', 'tools/architecture/table.ts', '--check'] },
  { name: 'schema tables', command: ['node', 'tools/kube-schemas/generate.ts', '--check'] },
  { name: 'unit tests', command: ['vitest', 'run', '--project', 'unit', '--reporter', 'dot'] },
];

const only = process.argv[process.argv.indexOf('--only') + 1];
const selected = process.argv.includes('--only') ? CHECKS.filter(({ name }) => name === only) : CHECKS;
if (selected.length === 0) {
  process.stderr.write(`No check is named ${only ?? ''}: choose one of ${CHECKS.map(({ name }) => name).join(', ')}\n`);
  process.exit(2);
}

const waiting = [...selected];
const outcomes: Outcome[] = [];
await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work));
const failed = outcomes.filter(({ ok }) => !ok);
for (const { name, output } of failed) process.stdout.write(`\n── ${name}\n${output}\n`);
process.stdout.write(`\n${outcomes.length - failed.length} passed, ${failed.length} failed\n`);
process.exit(failed.length === 0 ? 0 : 1);

async function work(): Promise<void> {
  for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
    const outcome = await run(check);
    outcomes.push(outcome);
    process.stdout.write(`${outcome.ok ? '✔' : '✘'} ${outcome.name} ${outcome.seconds.toFixed(1)} s\n`);
  }
}

function run(check: Check): Promise<Outcome> {
  const [program, ...args] = check.command;
  const local = `node_modules/.bin/${program}`;
  const started = performance.now();
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(existsSync(local) ? local : program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const finish = (ok: boolean): void =>
      resolve({ ...check, ok, output, seconds: (performance.now() - started) / 1000 });
    child.on('error', (error) => {
      output += error.message;
      finish(false);
    });
    child.on('close', (code) => finish(code === 0));
  });
}
