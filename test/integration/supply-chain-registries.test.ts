import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attest, parseReference, provenancePredicate, signArtefact } from '../../src/supply-chain/index.ts';
import { startDockerRegistry } from '../support/docker-registry.ts';
import { findProgram } from '../support/tools.ts';
import { BUILD, SBOM, createWorld, failures, policyFor, releaseImage } from './supply-chain-world.ts';
import type { World } from './supply-chain-world.ts';

const skopeo = findProgram('skopeo');
const dockerRegistry = findProgram('docker-registry');
for (const [name, found] of Object.entries({ skopeo, 'docker-registry': dockerRegistry }))
  if (found === undefined) process.stderr.write(`supply-chain-registries.test.ts runs without ${name}: not found\n`);

describe.each([
  { name: 'the embedded registry', start: undefined },
  { name: "Debian's docker-registry", start: dockerRegistry === undefined ? 'missing' : startDockerRegistry },
])('over $name', ({ start }) => {
  const here = start !== 'missing';
  const stack = new AsyncDisposableStack();
  let world: World;
  beforeAll(async () => {
    const started = typeof start === 'function' ? stack.use(await start(dockerRegistry ?? '')) : undefined;
    if (here)
      world = stack.use(await createWorld(started === undefined ? {} : { registry: new URL(started.url).host }));
  });
  afterAll(() => stack.disposeAsync());

  it.skipIf(!here)('the client pushes an image and reads it back, by tag and by digest', async () => {
    const pushed = await world.push('1.0.0');
    const { host, client } = world;

    expect(await client.resolve(parseReference(`${host}/stoa/stoa-gateway:1.0.0`))).toBe(pushed.digest);
    expect(await client.resolve(pushed)).toBe(pushed.digest);
    const manifest = await client.manifest(pushed);
    expect(manifest.digest).toBe(pushed.digest);
    const { layers } = JSON.parse(Buffer.from(manifest.content).toString()) as { layers: { digest: string }[] };
    expect(Buffer.from(await client.blob(pushed, layers[0]?.digest ?? '')).toString()).toContain('1.0.0');
    expect(await world.push('1.0.0')).toEqual(pushed);
  });

  it.skipIf(!here).each([
    { what: 'a tag', reference: 'stoa/stoa-gateway:none' },
    { what: 'a repository', reference: 'stoa/none:1' },
    { what: 'a digest', reference: `stoa/stoa-gateway@sha256:${'0'.repeat(64)}` },
  ])('the client names $what that is not there', async ({ reference }) => {
    const asked = world.client.resolve(parseReference(`${world.host}/${reference}`));

    await expect(asked).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it.skipIf(!here)('referrers are listed, each once, and none where there are none', async () => {
    const image = await world.push('referred');
    expect(await world.client.referrers(image)).toEqual([]);

    const { content, mediaType } = await world.client.manifest(image);
    const subject = { mediaType, digest: image.digest, size: content.length };
    const artefact = (text: string) => ({
      registry: image.registry,
      repository: image.repository,
      subject,
      artifactType: 'application/vnd.example+json',
      layers: [{ mediaType: 'application/vnd.example+json', content: Buffer.from(text) }],
    });
    const digests = [];
    for (const text of ['one', 'two', 'one']) digests.push(await world.client.pushArtefact(artefact(text)));

    const listed = await world.client.referrers(image);
    expect(listed.map(({ digest }) => digest).sort()).toEqual([...new Set(digests)].sort());
    expect(listed[0]).toMatchObject({ artifactType: 'application/vnd.example+json', mediaType });
  });

  it.skipIf(!here).each(['tags', 'referrers'] as const)('an image signed in %s is verified', async (layout) => {
    const image = await releaseImage(world, `signed-${layout}`, { layout });
    const bare = await releaseImage(world, `bare-${layout}`, { layout, without: ['signature', 'provenance', 'sbom'] });

    expect(failures(await world.verify(image, policyFor(world)))).toEqual({});
    expect(failures(await world.verify(bare, policyFor(world)))).toMatchObject({ signature: 'MISSING' });
  });

  it.skipIf(!here || skopeo === undefined)(
    'an image that skopeo pushed is released and verified the same way',
    async () => {
      const run = (...args: readonly string[]) => promisify(execFile)(skopeo ?? '', ['--insecure-policy', ...args]);
      await world.push('original');
      const folder = await mkdtemp(join(tmpdir(), 'stoa-layout-'));
      stack.defer(() => rm(folder, { recursive: true, force: true }));
      const layout = `oci:${folder}:original`;
      await run('copy', '--src-tls-verify=false', `docker://${world.host}/stoa/stoa-gateway:original`, layout);
      await run('copy', '--dest-tls-verify=false', layout, `docker://${world.host}/stoa/by-skopeo:1`);
      const reference = parseReference(`${world.host}/stoa/by-skopeo:1`);
      const image = { ...reference, digest: await world.client.resolve(reference) };

      expect(failures(await world.verify(image, policyFor(world)))).toMatchObject({ signature: 'MISSING' });
      const how = { client: world.client, signer: world.signer };
      await signArtefact(image, how);
      await attest(image, provenancePredicate(BUILD), how);
      await attest(image, SBOM, how);

      expect(failures(await world.verify(image, policyFor(world)))).toEqual({});
    },
  );

  it.skipIf(!here || skopeo === undefined)('skopeo reads what is attached as artefacts of their own', async () => {
    const image = await releaseImage(world, 'inspected');
    const tag = `${image.digest.replace(':', '-')}.att`;
    const args = [
      '--insecure-policy',
      'inspect',
      '--raw',
      '--tls-verify=false',
      `docker://${world.host}/stoa/stoa-gateway:${tag}`,
    ];

    const { stdout } = await promisify(execFile)(skopeo ?? '', args);

    const { layers } = JSON.parse(stdout) as { layers: { mediaType: string }[] };
    expect(layers.map(({ mediaType }) => mediaType)).toEqual([
      'application/vnd.dsse.envelope.v1+json',
      'application/vnd.dsse.envelope.v1+json',
    ]);
  });
});
