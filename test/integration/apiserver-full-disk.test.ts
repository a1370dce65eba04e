import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/index.ts';
import { createApiServer } from '../../src/standins/apiserver/index.ts';
import type { ApiServer } from '../../src/standins/apiserver/index.ts';

const run = promisify(execFile);
const MAPS = 'https://in.process/api/v1/namespaces/default/configmaps';
const MIB = 1024 * 1024;

/** A disk of a few MiB in memory; `undefined` where this user may mount nothing. */
async function smallDisk(): Promise<string | undefined> {
  const directory = await mkdtemp(join(tmpdir(), 'stoa-small-disk-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', directory]);
    return directory;
  } catch {
    await rm(directory, { recursive: true });
    return undefined;
  }
}

const disk = await smallDisk();
if (disk === undefined) process.stderr.write('skipped: a full disk, as this user may not mount a small one\n');

interface Answer {
  readonly code: number;
  readonly body: {
    readonly kind: string;
    readonly reason?: string;
    readonly message?: string;
    readonly details?: { readonly retryAfterSeconds?: number };
    readonly metadata: { readonly resourceVersion: string };
  };
}

async function put(server: ApiServer, name: string, bytes = 0): Promise<Answer> {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { text: 'x'.repeat(bytes) } };
  const response = await server.fetch(`${MAPS}/${name}?fieldManager=test&force=true`, {
    method: 'PATCH',
    body: JSON.stringify(object),
    headers: { 'content-type': 'application/apply-patch+yaml' },
  });
  return { code: response.status, body: (await response.json()) as Answer['body'] };
}

async function names(server: ApiServer): Promise<readonly string[]> {
  const list = (await (await server.fetch(MAPS)).json()) as { readonly items: readonly Named[] };
  return list.items.map((item) => item.metadata.name).filter((name) => name !== 'kube-root-ca.crt');
}

interface Named {
  readonly metadata: { readonly name: string };
}

/** Names of the objects that a watch tells of, until `last`. */
async function watched(response: Response, last: string): Promise<readonly string[]> {
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk as Uint8Array).toString();
    if (text.includes(`"name":"${last}"`) && text.endsWith('\n')) break;
  }
  const events = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly object: Named });
  return events.map(({ object }) => object.metadata.name);
}

describe.skipIf(disk === undefined)('a cluster on a disk that cannot take more (skipped without a mount)', () => {
  const root = disk ?? '';
  let server: ApiServer;

  beforeAll(async () => {
    server = await createApiServer({ name: 'full', clock: systemClock, directory: join(root, 'cluster') });
    expect((await put(server, 'first')).code).toBe(201);
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    if (disk === undefined) return;
    await run('umount', [disk]);
    await rm(disk, { recursive: true });
  });

  it('refuses writes, serves reads and watches, and goes on when there is room again', async () => {
    const { body } = await put(server, 'first');
    const watch = await server.fetch(`${MAPS}?watch=true&resourceVersion=${body.metadata.resourceVersion}`);
    const filler = join(root, 'filler');
    // The disk takes a part of the file before it is full.
    await expect(writeFile(filler, Buffer.alloc(8 * MIB))).rejects.toMatchObject({ code: 'ENOSPC' });
    const refused = await put(server, 'lost', 200_000);
    expect(refused).toMatchObject({
      code: 507,
      body: { kind: 'Status', reason: 'InsufficientStorage', details: { retryAfterSeconds: 5 } },
    });
    expect(refused.body.message).toContain('read-only');
    expect((await put(server, 'lost')).code).toBe(507);
    expect(await names(server)).toEqual(['first']);

    await rm(filler);
    await expect.poll(async () => (await put(server, 'roomy')).code, { interval: 5 }).toBe(201);
    expect(await watched(watch, 'roomy')).toEqual(['roomy']);
    expect(await names(server)).toEqual(['first', 'roomy']);
  });

  it('has everything that it acknowledged, and nothing else, after a restart', async () => {
    await server[Symbol.asyncDispose]();
    server = await createApiServer({ name: 'full', clock: systemClock, directory: join(root, 'cluster') });
    expect(await names(server)).toEqual(['first', 'roomy']);
  });
});
