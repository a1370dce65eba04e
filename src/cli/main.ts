import { createLogger } from '../core/index.ts';
import type { LogLevel } from '../core/index.ts';
import { commands } from './commands/index.ts';
import { runProgram } from './program.ts';
import { report } from './report.ts';
import { createTerminal } from './terminal/terminal.ts';

const FORCED_EXIT_MS = 10_000;

const terminal = createTerminal({ stdout: process.stdout, stderr: process.stderr, env: process.env });
const abort = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    if (abort.signal.aborted) process.exit(130);
    abort.abort(new DOMException(`Stopped by ${name}`, 'AbortError'));
    setTimeout(() => process.exit(1), FORCED_EXIT_MS).unref();
  });
}

try {
  process.exitCode = await runProgram(commands, process.argv.slice(2), {
    terminal,
    env: process.env,
    cwd: process.cwd(),
    logger: createLogger({ level: logLevel(process.env['STOA_CD_LOG']) }),
    signal: abort.signal,
  });
} catch (error) {
  process.exitCode = report(error, terminal, abort.signal);
}
process.exit();

function logLevel(text: string | undefined): LogLevel {
  return text === 'debug' || text === 'info' || text === 'warn' || text === 'error' ? text : 'silent';
}
