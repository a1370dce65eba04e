/**
 * The commands that need nothing but a folder, for the bundle that the published program starts them from: a merge gate
 * calls them often, and loading every other command takes longer than what they do.
 * @module
 */
import { silentLogger } from '../core/index.ts';
import { preview } from './commands/preview.ts';
import { renderCommand } from './commands/render.ts';
import { runProgram } from './program.ts';
import { report } from './report.ts';
import { createTerminal } from './terminal/terminal.ts';

const terminal = createTerminal({ stdout: process.stdout, stderr: process.stderr, env: process.env });
const abort = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => abort.abort());

try {
  process.exitCode = await runProgram([renderCommand, preview], process.argv.slice(2), {
    terminal,
    env: process.env,
    cwd: process.cwd(),
    logger: silentLogger,
    signal: abort.signal,
  });
} catch (error) {
  process.exitCode = report(error, terminal, abort.signal);
}
