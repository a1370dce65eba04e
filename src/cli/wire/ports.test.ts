import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '../../core/index.ts';
import { openDataDirectory } from './data-directory.ts';
import type { DataDirectory } from './data-directory.ts';
import { DEFAULT_PORT, choosePorts, portError } from './ports.ts';

let parent: string;
let data: DataDirectory;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'stoa-ports-'));
  data = await openDataDirectory(parent);
});
afterEach(async () => {
  data[Symbol.dispose]();
  await rm(parent, { recursive: true, force: true });
});

describe(choosePorts, () => {
  it('counts from the default when nothing is asked for', async () => {
    const ports = await choosePorts(data);

    expect(ports.page).toBe(DEFAULT_PORT);
    expect(new Set(Object.values(ports)).size).toBe(8);
  });

  it('keeps the ports of the first start', async () => {
    const first = await choosePorts(data, 0);

    expect(await choosePorts(data)).toEqual(first);
    expect(await choosePorts(data, 0)).toEqual(first);
    expect(await choosePorts(data, first.page)).toEqual(first);
  });

  it('refuses other ports than those that the repositories name', async () => {
    await choosePorts(data, 20_000);

    await expect(choosePorts(data, 21_000)).rejects.toBeInstanceOf(UsageError);
  });
});

describe(portError, () => {
  it.each([
    { code: 'EADDRINUSE', usage: true },
    { code: 'EACCES', usage: true },
    { code: 'ENOENT', usage: false },
  ])('tells a port that cannot be had from other failures: $code', ({ code, usage }) => {
    const error = Object.assign(new Error(code), { code });

    expect(portError(error, 'forge', 8481) instanceof UsageError).toBe(usage);
  });
});
