import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startRegistry } from './registry.ts';
import type { RegistryServer } from './registry.ts';

let directory: string;
let registry: RegistryServer;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'stoa-registry-'));
  registry = await startRegistry({ directory });
});
afterEach(async () => {
  await registry[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const call = (path: string, init?: RequestInit): Promise<Response> => fetch(new URL(path, registry.url), init);

async function pushBlob(repository: string, content: string): Promise<string> {
  const digest = digestOf(content);
  const response = await call(`/v2/${repository}/blobs/uploads/?digest=${digest}`, { method: 'POST', body: content });
  expect(response.status).toBe(201);
  return digest;
}

async function pushManifest(repository: string, reference: string, extra: object = {}): Promise<Response> {
  const config = await pushBlob(repository, '{}');
  const body = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: config, size: 2 },
    layers: [],
    ...extra,
  });
  const headers = { 'content-type': 'application/vnd.oci.image.manifest.v1+json' };
  return call(`/v2/${repository}/manifests/${reference}`, { method: 'PUT', body, headers });
}

const errorCode = async (response: Response): Promise<string | undefined> =>
  ((await response.json()) as { errors?: { code?: string }[] }).errors?.[0]?.code;

describe(startRegistry, () => {
  it('takes a blob in chunks and gives it back whole and in part', async () => {
    const started = await call('/v2/a/b/blobs/uploads/', { method: 'POST' });
    const location = started.headers.get('location') ?? '';
    await call(location, { method: 'PATCH', body: 'hello ', headers: { 'content-range': '0-5' } });
    const second = await call(location, { method: 'PATCH', body: 'world', headers: { 'content-range': '6-10' } });
    expect(second.headers.get('range')).toBe('0-10');
    const digest = digestOf('hello world');

    expect((await call(`${location}?digest=${digest}`, { method: 'PUT' })).status).toBe(201);

    expect(await (await call(`/v2/a/b/blobs/${digest}`)).text()).toBe('hello world');
    const part = await call(`/v2/a/b/blobs/${digest}`, { headers: { range: 'bytes=6-' } });
    expect([part.status, await part.text()]).toEqual([206, 'world']);
  });

  it('refuses a blob that is not what its digest says, and forgets it', async () => {
    const digest = digestOf('something else');

    const response = await call(`/v2/a/blobs/uploads/?digest=${digest}`, { method: 'POST', body: 'hello' });

    expect([response.status, await errorCode(response)]).toEqual([400, 'DIGEST_INVALID']);
    expect((await call(`/v2/a/blobs/${digest}`)).status).toBe(404);
  });

  it('refuses a chunk out of order', async () => {
    const location = (await call('/v2/a/blobs/uploads/', { method: 'POST' })).headers.get('location') ?? '';

    const response = await call(location, { method: 'PATCH', body: 'x', headers: { 'content-range': '5-5' } });

    expect(response.status).toBe(416);
  });

  it('serves a manifest by tag and digest, and lists tags in pages', async () => {
    const digest = (await pushManifest('a', 'v1')).headers.get('docker-content-digest') ?? '';
    await pushManifest('a', 'v2');

    for (const reference of ['v1', digest]) {
      expect(
        (await call(`/v2/a/manifests/${reference}`, { method: 'HEAD' })).headers.get('docker-content-digest'),
      ).toBe(digest);
    }
    const page = await call('/v2/a/tags/list?n=1');
    expect(await page.json()).toEqual({ name: 'a', tags: ['v1'] });
    expect(page.headers.get('link')).toContain('last=v1');
  });

  it('refuses a manifest whose blobs are missing', async () => {
    const layer = {
      mediaType: 'application/vnd.oci.image.layer.v1.tar',
      digest: digestOf('nobody pushed this'),
      size: 1,
    };

    const response = await pushManifest('a', 'v1', { layers: [layer] });

    expect([response.status, await errorCode(response)]).toEqual([404, 'MANIFEST_BLOB_UNKNOWN']);
  });

  it('lists what refers to an image', async () => {
    const image = (await pushManifest('a', 'v1')).headers.get('docker-content-digest') ?? '';
    const subject = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: image, size: 1 };

    const signature = await pushManifest('a', 'sig', { subject, artifactType: 'application/example' });

    expect(signature.headers.get('oci-subject')).toBe(image);
    const index = (await (await call(`/v2/a/referrers/${image}`)).json()) as { manifests: { artifactType: string }[] };
    expect(index.manifests.map(({ artifactType }) => artifactType)).toEqual(['application/example']);
    const none = (await (await call(`/v2/a/referrers/${image}?artifactType=other`)).json()) as { manifests: [] };
    expect(none.manifests).toEqual([]);
  });

  it('keeps content that another repository, or a manifest, still needs', async () => {
    const manifest = await (async () => {
      await pushManifest('a', 'v1');
      return (await call('/v2/a/manifests/v1')).text();
    })();
    await pushBlob('b', manifest);
    await pushBlob('b', '{}');

    for (const content of [manifest, '{}'])
      expect((await call(`/v2/b/blobs/${digestOf(content)}`, { method: 'DELETE' })).status).toBe(202);

    expect(await (await call('/v2/a/manifests/v1')).text()).toBe(manifest);
    expect(await (await call(`/v2/a/blobs/${digestOf('{}')}`)).text()).toBe('{}');
    expect((await call(`/v2/b/blobs/${digestOf('{}')}`)).status).toBe(404);
  });

  it('removes tags and manifests', async () => {
    const digest = (await pushManifest('a', 'v1')).headers.get('docker-content-digest') ?? '';
    await pushManifest('a', 'v2');

    expect((await call('/v2/a/manifests/v1', { method: 'DELETE' })).status).toBe(202);
    expect((await call('/v2/a/manifests/v1')).status).toBe(404);
    expect((await call('/v2/a/manifests/v2')).status).toBe(200);
    expect((await call(`/v2/a/manifests/${digest}`, { method: 'DELETE' })).status).toBe(202);
    expect((await call('/v2/a/manifests/v2')).status).toBe(404);
    expect((await call(`/v2/a/manifests/${digest}`, { method: 'DELETE' })).status).toBe(404);
  });

  it('mounts a blob that another repository holds, and asks for others', async () => {
    const digest = await pushBlob('a', 'shared');
    const mount = (from: string): Promise<Response> =>
      call(`/v2/b/blobs/uploads/?mount=${digest}&from=${from}`, { method: 'POST' });

    expect((await mount('nowhere')).status).toBe(202);
    expect((await mount('a')).status).toBe(201);
    expect(await (await call(`/v2/b/blobs/${digest}`)).text()).toBe('shared');
  });

  it('keeps what it acknowledged over a restart', async () => {
    await pushManifest('a', 'v1');
    await registry[Symbol.asyncDispose]();

    registry = await startRegistry({ directory });

    expect((await call('/v2/a/manifests/v1')).status).toBe(200);
  });

  it.each([
    { reason: 'a path that climbs', path: '/v2/..%2f..%2fetc/manifests/x', status: 400 },
    { reason: 'an upload that nobody started', path: '/v2/a/blobs/uploads/..%2f..%2findex.db', status: 404 },
    { reason: 'another address', path: '/v1/x', status: 404 },
    { reason: 'a malformed address', path: '/v2/a/manifests/%ff', status: 400 },
    { reason: 'another kind of digest', path: '/v2/a/blobs/sha512:00', status: 400 },
    { reason: 'tags of a repository that is not there', path: '/v2/nowhere/tags/list', status: 404 },
  ])('refuses $reason', async ({ path, status }) => {
    expect((await call(path)).status).toBe(status);
  });

  it('asks for credentials when told to', async () => {
    await using closed = await startRegistry({
      directory: join(directory, 'closed'),
      authenticate: async (name, password) => name === 'ci' && password === 'right',
    });
    const ask = (text?: string): Promise<Response> =>
      fetch(
        new URL('/v2/', closed.url),
        text === undefined ? {} : { headers: { authorization: `Basic ${btoa(text)}` } },
      );

    expect((await ask()).headers.get('www-authenticate')).toContain('Basic');
    expect((await ask('ci:wrong')).status).toBe(401);
    expect((await ask('ci:right')).status).toBe(200);
  });
});
