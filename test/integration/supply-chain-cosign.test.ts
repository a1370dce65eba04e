import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createArtefactSigner,
  generateArtefactKey,
  provenancePredicate,
  readArtefactPolicy,
} from '../../src/supply-chain/index.ts';
import { findProgram } from '../support/tools.ts';
import { BUILD, SBOM, createWorld, failures, policyText, releaseImage } from './supply-chain-world.ts';
import type { World } from './supply-chain-world.ts';

const cosign = findProgram('cosign');
if (cosign === undefined) process.stderr.write('supply-chain-cosign.test.ts is skipped: cosign not found\n');

describe.skipIf(cosign === undefined)('the real Cosign', () => {
  let world: World;
  let home: string;
  beforeAll(async () => {
    world = await createWorld();
    home = await mkdtemp(join(tmpdir(), 'stoa-cosign-'));
    await run('generate-key-pair');
  });
  afterAll(async () => {
    await rm(home, { recursive: true, force: true });
    await world[Symbol.asyncDispose]();
  });

  /** Offline: no transparency log, no trust root from the network. */
  async function run(...args: readonly string[]): Promise<string> {
    const env = { PATH: process.env['PATH'], HOME: home, COSIGN_PASSWORD: 'test', COSIGN_EXPERIMENTAL: '1' };
    return (await promisify(execFile)(cosign ?? '', [...args], { cwd: home, env })).stdout;
  }

  const REGISTRY = ['--allow-http-registry'];
  const NO_LOG = ['--insecure-ignore-tlog=true', ...REGISTRY];

  it('verifies what stoa-cd signed and attested', async () => {
    const image = await releaseImage(world, 'ours');
    await writeFile(join(home, 'ours.pub'), world.signer.publicKeyPem);
    await writeFile(join(home, 'other.pub'), createArtefactSigner(generateArtefactKey()).publicKeyPem);
    const name = `${image.registry}/${image.repository}@${image.digest}`;

    expect(await run('verify', '--key', 'ours.pub', ...NO_LOG, name)).toContain(image.digest);
    for (const type of ['cyclonedx', 'slsaprovenance1']) {
      const out = await run('verify-attestation', '--key', 'ours.pub', '--type', type, ...NO_LOG, name);
      expect(out).toContain('application/vnd.in-toto+json');
    }
    await expect(run('verify', '--key', 'other.pub', ...NO_LOG, name)).rejects.toThrow();
  });

  it('signs among the referrers what stoa-cd verifies', async () => {
    const image = await world.push('referred');
    const name = `${image.registry}/${image.repository}@${image.digest}`;
    const how = ['--key', 'cosign.key', '--tlog-upload=false', '--yes', ...REGISTRY];
    await run('sign', '--registry-referrers-mode=oci-1-1', ...how, name);
    const key = await readFile(join(home, 'cosign.pub'), 'utf8');
    const policy = readArtefactPolicy(policyText(world.host, key, { provenance: '', sbom: '' }));

    expect(await world.client.referrers(image)).toHaveLength(1);
    expect(failures(await world.verify(image, policy))).toEqual({});
  });

  it('signs and attests what stoa-cd verifies', async () => {
    const image = await world.push('theirs');
    const name = `${image.registry}/${image.repository}@${image.digest}`;
    const how = ['--key', 'cosign.key', '--tlog-upload=false', '--yes', ...REGISTRY];
    await writeFile(join(home, 'sbom.json'), JSON.stringify(SBOM.predicate));
    await writeFile(join(home, 'provenance.json'), JSON.stringify(provenancePredicate(BUILD).predicate));
    await run('sign', ...how, name);
    await run('attest', ...how, '--type', 'cyclonedx', '--predicate', 'sbom.json', name);
    await run('attest', ...how, '--type', 'slsaprovenance1', '--predicate', 'provenance.json', name);
    const theirs = readArtefactPolicy(policyText(world.host, await readFile(join(home, 'cosign.pub'), 'utf8')));
    const ours = readArtefactPolicy(policyText(world.host, world.signer.publicKeyPem));

    expect(failures(await world.verify(image, theirs))).toEqual({});
    expect(failures(await world.verify(image, ours))).toMatchObject({ signature: 'UNTRUSTED_SIGNER' });
  });
});
