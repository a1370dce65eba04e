import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '../../core/index.ts';
import { openDataDirectory } from './data-directory.ts';

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'stoa-data-'));
});
afterEach(() => rm(parent, { recursive: true, force: true }));

describe(openDataDirectory, () => {
  it('refuses a second holder in the same process', async () => {
    using first = await openDataDirectory(join(parent, 'data'));

    await expect(openDataDirectory(first.path)).rejects.toBeInstanceOf(UsageError);
  });

  it('refuses a second process, and lets it in once the first has let go', async () => {
    const path = join(parent, 'data');
    const module = new URL('./data-directory.ts', import.meta.url).href;
    const open = (): Promise<{ stdout: string }> =>
      promisify(execFile)(process.execPath, [
        '--input-type=module',
        '-e',
        `const { openDataDirectory } = await import(${JSON.stringify(module)});
         try { (await openDataDirectory(${JSON.stringify(path)}))[Symbol.dispose](); process.stdout.write('open'); }
         catch (error) { process.stdout.write(error.code); }`,
      ]);

    const held = await openDataDirectory(path);
    expect((await open()).stdout).toBe('USAGE');
    held[Symbol.dispose]();
    expect((await open()).stdout).toBe('open');
  });

  it('refuses a path that is a file', async () => {
    const path = join(parent, 'file');
    await writeFile(path, '');

    await expect(openDataDirectory(path)).rejects.toBeInstanceOf(UsageError);
  });

  it('writes files that only their owner may read', async () => {
    using data = await openDataDirectory(join(parent, 'data'));

    await data.write('secret.json', '{}');

    expect((await stat(data.at('secret.json'))).mode & 0o777).toBe(0o600);
    expect(await data.read('secret.json')).toBe('{}');
    expect(await data.read('missing.json')).toBeUndefined();
  });
});
