import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isJsonObject, parseYaml } from '../../src/core/index.ts';
import type { JsonObject, JsonValue } from '../../src/core/index.ts';
import { attest } from '../../src/supply-chain/index.ts';
import { findProgram } from '../support/tools.ts';
import { BUILDER, COMMIT, MAIN, SOURCE, createWorld, failures, policyFor, releaseImage } from './supply-chain-world.ts';
import type { World } from './supply-chain-world.ts';

const jq = findProgram('jq');
if (jq === undefined) process.stderr.write('supply-chain-template.test.ts runs without jq: not found\n');

const TEMPLATE = fileURLToPath(new URL('../../templates/gitlab-ci.yml', import.meta.url));
const [document] = parseYaml(readFileSync(TEMPLATE, 'utf8'));
const pipeline = isJsonObject(document) ? document : {};
const jobs = Object.entries(pipeline).filter(
  (entry): entry is [string, JsonObject] => isJsonObject(entry[1]) && 'script' in entry[1],
);

function linesOf(script: JsonValue | undefined): readonly string[] {
  return Array.isArray(script) ? script.flatMap(linesOf) : typeof script === 'string' ? [script] : [];
}

const scripts = jobs.map(([name, job]) => ({
  name,
  lines: [...linesOf(job['before_script']), ...linesOf(job['script'])],
}));

describe('templates/gitlab-ci.yml', () => {
  it('builds, describes, signs and releases, in this order', () => {
    const stages = jobs.map(([, job]) => job['stage']);

    expect(jobs.map(([name]) => name)).toEqual(['build', 'sbom', 'scan', 'sign', 'release']);
    expect([...new Set(stages)]).toEqual(pipeline['stages']);
  });

  it.each(scripts)('the script of $name is a script', ({ lines }) => {
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) execFileSync('sh', ['-n', '-c', line]);
  });

  it('holds no credentials of a cluster', () => {
    const text = JSON.stringify(pipeline);

    expect(text).not.toMatch(/kube(config|ctl|_)|argocd|\bhelm\b|oc login/i);
  });

  it('uses no secret but the token of the job for the registry', () => {
    const used = [...JSON.stringify(pipeline).matchAll(/\$\{?(\w*(?:TOKEN|PASSWORD|SECRET|KEY)\w*)/g)].map(
      ([, name]) => name,
    );

    expect([...new Set(used)]).toEqual(['CI_REGISTRY_PASSWORD']);
  });

  it('asks for an identity where it signs, and nowhere else', () => {
    const withIdentity = jobs.filter(([, job]) => job['id_tokens'] !== undefined);

    expect(withIdentity.map(([name]) => name)).toEqual(['sign']);
    expect(withIdentity[0]?.[1]['id_tokens']).toEqual({ SIGSTORE_ID_TOKEN: { aud: 'sigstore' } });
  });
});

describe.skipIf(jq === undefined)('the provenance of templates/gitlab-ci.yml', () => {
  let world: World;
  let directory: string;
  beforeAll(async () => {
    world = await createWorld();
    directory = mkdtempSync(join(tmpdir(), 'stoa-template-'));
  });
  afterAll(async () => {
    rmSync(directory, { recursive: true, force: true });
    await world[Symbol.asyncDispose]();
  });

  it('is what a policy can ask for', async () => {
    const line = scripts.find(({ name }) => name === 'sign')?.lines.find((text) => text.startsWith('jq ')) ?? '';
    const variables = {
      CI_PROJECT_URL: SOURCE,
      CI_RUNNER_ID: BUILDER.split('/').at(-1),
      CI_COMMIT_BRANCH: 'main',
      CI_COMMIT_SHA: COMMIT,
      CI_JOB_URL: `${SOURCE}/-/jobs/1`,
      CI_PIPELINE_CREATED_AT: '2026-11-20T10:00:00Z',
      SERVICE: 'stoa-gateway',
    };
    execFileSync('sh', ['-c', line], { cwd: directory, env: { ...process.env, ...variables } });
    const predicate = JSON.parse(readFileSync(join(directory, 'provenance.json'), 'utf8')) as JsonValue;
    const image = await releaseImage(world, 'template', { without: ['provenance'] });
    const how = { client: world.client, signer: world.signer };
    await attest(image, { predicateType: 'https://slsa.dev/provenance/v1', predicate }, how);

    const verdict = await world.verify(image, policyFor(world), { commit: COMMIT });

    expect(failures(verdict)).toEqual({});
    expect(verdict.source).toMatchObject({ repository: SOURCE, ref: MAIN, builder: BUILDER });
  });
});
