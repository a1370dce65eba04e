import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommand, startProgram } from '../support/running-program.ts';

let scratch: string;
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'stoa-up-'));
});
afterEach(() => rm(scratch, { recursive: true, force: true }));

/** One line for the user, no stack trace, exit code 2. */
function expectUsage({ code, stderr }: { readonly code: number | null; readonly stderr: string }, text: string): void {
  const lines = stderr
    .trim()
    .split('\n')
    .filter((line) => line.startsWith('stoa-cd:'));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(text);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(code).toBe(2);
}

describe('stoa-cd up, used wrongly', () => {
  it('refuses a data directory that another process holds, which goes on', async () => {
    const data = join(scratch, 'data');
    await using first = await startProgram({ data });

    expectUsage(await runCommand(['up', '--data', data]), data);

    expect((await fetch(new URL('/healthz', first.addresses.page))).status).toBe(200);
  });

  it('names the port that is taken', async () => {
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve));
    const { port } = squatter.address() as AddressInfo;

    expectUsage(await runCommand(['up', '--data', join(scratch, 'data'), '--port', String(port)]), String(port));

    await new Promise((resolve) => squatter.close(resolve));
  });

  it.skipIf(process.getuid?.() === 0)('names a directory that cannot be written', async () => {
    await chmod(scratch, 0o500);

    expectUsage(await runCommand(['up', '--data', join(scratch, 'data')]), scratch);

    await chmod(scratch, 0o700);
  });

  it('names a data directory that is a file', async () => {
    const file = join(scratch, 'file');
    await writeFile(file, '');

    expectUsage(await runCommand(['up', '--data', file]), file);
  });

  it('says that git is missing', async () => {
    expectUsage(await runCommand(['up', '--data', join(scratch, 'data'), '--port', '0'], { PATH: scratch }), 'git');
  });

  it.each([['--port', 'x'], ['--port', '-1'], ['--port', '99999'], ['--nonsense']])(
    'refuses %s %s',
    async (...args) => {
      const { code } = await runCommand(['up', '--data', join(scratch, 'data'), ...args]);

      expect(code).toBe(2);
    },
  );
});
