/**
 * `stoa-cd render` alone, for the bundle that the published program starts it from: a merge gate renders often, and
 * loading every other command takes longer than rendering.
 * @module
 */
import { silentLogger } from '../core/index.ts';
import { renderCommand } from './commands/render.ts';
import { runProgram } from './program.ts';
import { report } from './report.ts';
import { createTerminal } from './terminal/terminal.ts';

const terminal = createTerminal({ stdout: process.stdout, stderr: process.stderr, env: process.env });
const abort = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => abort.abort());

try {
  process.exitCode = await runProgram([renderCommand], process.argv.slice(2), {
    terminal,
    env: process.env,
    cwd: process.cwd(),
    logger: silentLogger,
    signal: abort.signal,
  });
} catch (error) {
  process.exitCode = report(error, terminal, abort.signal);
}
