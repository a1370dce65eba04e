import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRegistry } from '../../src/standins/registry/index.ts';
import type { RegistryServer } from '../../src/standins/registry/index.ts';
import { createOciClient, createTar, parseReference } from '../../src/supply-chain/index.ts';
import { findProgram } from '../support/tools.ts';

const skopeo = findProgram('skopeo');
if (skopeo === undefined) process.stderr.write('registry-skopeo.test.ts runs without skopeo: not found\n');

let directory: string;
let registry: RegistryServer;
let host: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'stoa-skopeo-'));
  registry = await startRegistry({ directory: join(directory, 'registry') });
  host = new URL(registry.url).host;
});
afterAll(async () => {
  await registry[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

const push = (tag: string): Promise<string> =>
  createOciClient({ fetch }).pushImage({
    registry: host,
    repository: 'stoa/gateway',
    tag,
    layers: [createTar([{ path: 'version', content: tag }])],
    createdAt: 0,
  });

describe('the OCI client against the registry', () => {
  it('gives the same digest for the same input, and finds it by tag', async () => {
    const digest = await push('1.0.0');

    expect(await push('1.0.0')).toBe(digest);
    const client = createOciClient({ fetch });
    expect(await client.resolve(parseReference(`${host}/stoa/gateway:1.0.0`))).toBe(digest);
    const manifest = await client.manifest(parseReference(`${host}/stoa/gateway@${digest}`));
    const { layers } = JSON.parse(Buffer.from(manifest.content).toString()) as { layers: { digest: string }[] };
    const layer = await client.blob(parseReference(`${host}/stoa/gateway`), layers[0]?.digest ?? '');
    expect(Buffer.from(layer).toString()).toContain('1.0.0');
  });

  it.each([
    { reason: 'a tag that nobody pushed', reference: 'stoa/gateway:none', code: 'NOT_FOUND' },
    { reason: 'a registry that is down', reference: undefined, code: 'UNAVAILABLE' },
  ])('names $reason', async ({ reference, code }) => {
    const text = reference === undefined ? '127.0.0.1:1/x/y:z' : `${host}/${reference}`;

    await expect(createOciClient({ fetch }).resolve(parseReference(text))).rejects.toMatchObject({ code });
  });
});

describe.skipIf(skopeo === undefined)('skopeo against the registry', () => {
  const run = async (...args: readonly string[]): Promise<string> =>
    (await promisify(execFile)(skopeo ?? '', ['--insecure-policy', ...args])).stdout;

  it('copies an image out and in again, digest for digest', async () => {
    const digest = await push('2.0.0');
    const layout = `oci:${join(directory, 'layout')}:2.0.0`;

    await run('copy', '--src-tls-verify=false', `docker://${host}/stoa/gateway:2.0.0`, layout);
    await run('copy', '--dest-tls-verify=false', layout, `docker://${host}/copied/gateway:2.0.0`);

    const inspected = JSON.parse(
      await run('inspect', '--tls-verify=false', `docker://${host}/copied/gateway:2.0.0`),
    ) as { Digest: string };
    expect(inspected.Digest).toBe(digest);
  });
});
