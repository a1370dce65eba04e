import { mkdtemp, mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands/index.ts';
import { runProgram } from '../../src/cli/program.ts';
import { createTerminal } from '../../src/cli/terminal/terminal.ts';
import { UsageError, silentLogger } from '../../src/core/index.ts';
import {
  createArtefactSigner,
  createOciClient,
  generateArtefactKey,
  parseReference,
} from '../../src/supply-chain/index.ts';
import type { ArtefactVerdict } from '../../src/supply-chain/index.ts';
import { git } from '../support/tools.ts';
import { createWorld, failures } from './supply-chain-world.ts';
import type { World } from './supply-chain-world.ts';

const SOURCE = 'https://gitlab.example.com/stoa/stoa-platform';

let world: World;
let root: string;
let source: string;
beforeAll(async () => {
  world = await createWorld();
  root = await mkdtemp(join(tmpdir(), 'stoa-ci-'));
  source = join(root, 'stoa-platform');
  await mkdir(join(source, 'services/stoa-gateway'), { recursive: true });
  await writeFile(join(source, 'services/stoa-gateway/VERSION'), '1.0.0\n');
  await writeFile(join(source, 'services/stoa-gateway/run'), 'exit 0\n', { mode: 0o755 });
  await mkdir(join(source, 'services/linked'));
  await symlink('../stoa-gateway/VERSION', join(source, 'services/linked/link'));
  await git(source, 'init', '-q', '-b', 'main');
  await git(source, 'remote', 'add', 'origin', `${SOURCE}.git`);
  await git(source, 'add', '-A');
  await git(source, 'commit', '-q', '-m', 'Begin');
});
afterAll(async () => {
  await rm(root, { recursive: true, force: true });
  await world[Symbol.asyncDispose]();
});

let env: Record<string, string> = {};
beforeEach(() => {
  env = {};
});

interface Ran {
  readonly code: number;
  readonly out: string;
}

async function run(...argv: readonly string[]): Promise<Ran> {
  const printed: string[] = [];
  const stream = {
    write: (text: string) => printed.push(text),
    isTTY: false,
    columns: 80,
  } as unknown as NodeJS.WriteStream;
  const terminal = createTerminal({ stdout: stream, stderr: stream, env: {} });
  const signal = new AbortController().signal;
  const code = await runProgram(commands, argv, { terminal, env, cwd: root, logger: silentLogger, signal });
  return { code, out: printed.join('') };
}

interface Built {
  readonly image: string;
  readonly digest: string;
  readonly commit: string;
  readonly components: number;
}

async function build(...more: readonly string[]): Promise<Built> {
  const { out } = await run(
    'ci',
    'stoa-gateway',
    '--source',
    'stoa-platform',
    '--registry',
    world.host,
    '--output',
    'json',
    ...more,
  );
  return JSON.parse(out) as Built;
}

async function verdictOf(
  ...argv: readonly string[]
): Promise<{ readonly code: number; readonly verdict: ArtefactVerdict }> {
  const { code, out } = await run('verify', ...argv, '--output', 'json');
  return { code, verdict: JSON.parse(out) as ArtefactVerdict };
}

async function writePolicy(name: string, changes: { readonly ref?: string } = {}): Promise<string> {
  const folder = join(root, name);
  await mkdir(join(folder, 'policy'), { recursive: true });
  await mkdir(join(folder, '.git'), { recursive: true });
  await writeFile(join(folder, 'policy/ci.pub.pem'), await readFile(join(root, '.stoa-cd/artefact.pub.pem')));
  const file = join(folder, 'policy/artefacts.yaml');
  await writeFile(
    file,
    `apiVersion: delivery.stoa.dev/v1alpha1
kind: ArtefactPolicy
metadata: { name: artefacts }
spec:
  keys: [{ name: ci, file: policy/ci.pub.pem }]
  images:
    - repository: ${world.host}/stoa/*
      signedBy: [{ key: ci }]
      provenance: { builder: https://stoa.dev/stoa-cd/ci, sourceRepository: ${SOURCE}, refs: [${changes.ref ?? 'refs/heads/main'}] }
      sbom: { formats: [CycloneDX], minComponents: 2 }
`,
  );
  return file;
}

describe('stoa-cd ci', () => {
  it.each(['tags', 'referrers'])('builds what stoa-cd verify accepts, by key and by policy: %s', async (layout) => {
    const built = await build('--tag', layout, '--layout', layout);
    const policy = await writePolicy(`envs-${layout}`);

    expect(built).toMatchObject({ components: 2, commit: await git(source, 'rev-parse', 'HEAD') });
    expect(built.image).toBe(`${world.host}/stoa/stoa-gateway:${layout}@${built.digest}`);
    expect((await verdictOf(built.image)).code).toBe(0);
    const { code, verdict } = await verdictOf(built.image, '--policy', policy, '--commit', built.commit);
    expect(failures(verdict)).toEqual({});
    expect(code).toBe(0);
    expect(verdict.source).toMatchObject({ repository: SOURCE, ref: 'refs/heads/main', commit: built.commit });
  });

  it('gives the same digest for the same commit, whatever lies in the work tree', async () => {
    const first = await build();
    await writeFile(join(source, 'services/stoa-gateway/uncommitted'), 'x');
    const second = await build();
    await rm(join(source, 'services/stoa-gateway/uncommitted'));

    expect(second.digest).toBe(first.digest);
    const client = createOciClient({ fetch });
    const { layers } = JSON.parse(
      Buffer.from((await client.manifest(parseReference(first.image))).content).toString(),
    ) as { layers: { digest: string }[] };
    const layer = Buffer.from(await client.blob(parseReference(first.image), layers[0]?.digest ?? '')).toString();
    expect(layer).toContain('stoa-gateway/VERSION');
    expect(layer).not.toContain('uncommitted');
  });

  it('keeps its key where only its owner reads it', async () => {
    await build();

    expect((await stat(join(root, '.stoa-cd/artefact.pem'))).mode & 0o777).toBe(0o600);
  });

  it('takes source, ref and builder from GitLab CI', async () => {
    env = {
      CI_PROJECT_URL: 'https://gitlab.example.com/other/project',
      CI_COMMIT_TAG: 'v1.0.0',
      CI_RUNNER_ID: '12',
      CI_COMMIT_SHA: await git(source, 'rev-parse', 'HEAD'),
    };
    const { out } = await run(
      'ci',
      'stoa-gateway',
      '--source',
      'stoa-platform',
      '--registry',
      world.host,
      '--output',
      'json',
    );

    expect(JSON.parse(out)).toMatchObject({
      sourceRepository: 'https://gitlab.example.com/other/project',
      ref: 'refs/tags/v1.0.0',
      builder: 'https://gitlab.example.com/other/project/-/runners/12',
    });
  });

  it.each([
    { reason: 'a folder that the commit has not', argv: ['other'], code: 'NOT_FOUND' },
    { reason: 'a folder with a link', argv: ['linked'], code: 'REFUSED' },
    { reason: 'a commit that is not there', argv: ['stoa-gateway', '--commit', 'f'.repeat(40)], code: 'REFUSED' },
    { reason: 'a name that is none', argv: ['../x'], code: 'USAGE' },
    { reason: 'a key that is not there', argv: ['stoa-gateway', '--key', 'nowhere.pem'], code: 'USAGE' },
    { reason: 'an address that is none', argv: ['stoa-gateway', '--source-repository', 'stoa'], code: 'USAGE' },
  ])('refuses $reason', async ({ argv, code }) => {
    const ran = run('ci', ...argv, '--source', 'stoa-platform', '--registry', world.host);

    await expect(ran).rejects.toMatchObject({ code });
  });
});

describe('stoa-cd verify', () => {
  it('exits 1 for another key, another ref and an image without signature, and says why', async () => {
    const { image } = await build();
    await writeFile(join(root, 'other.pub.pem'), createArtefactSigner(generateArtefactKey()).publicKeyPem);
    const unsigned = await world.push('unsigned');

    const otherKey = await verdictOf(image, '--key', 'other.pub.pem');
    const otherRef = await verdictOf(image, '--policy', await writePolicy('envs-tags-only', { ref: 'refs/tags/v*' }));
    const missing = await verdictOf(`${unsigned.registry}/${unsigned.repository}@${unsigned.digest}`);

    expect([otherKey.code, otherRef.code, missing.code]).toEqual([1, 1, 1]);
    expect(failures(otherKey.verdict)).toEqual({ signature: 'UNTRUSTED_SIGNER' });
    expect(failures(otherRef.verdict)).toEqual({ provenance: 'OTHER_REF' });
    expect(failures(missing.verdict)).toEqual({ signature: 'MISSING' });
    expect((await run('verify', image, '--key', 'other.pub.pem')).out).toMatch(/signature +UNTRUSTED_SIGNER/);
  });

  it('exits 1 when the registry is down', async () => {
    const { digest } = await build();
    const { code, verdict } = await verdictOf(`127.0.0.1:1/stoa/stoa-gateway@${digest}`);

    expect(code).toBe(1);
    expect(failures(verdict)).toEqual({ registry: 'UNAVAILABLE' });
  });

  it.each([
    { reason: 'an image that is none', argv: ['stoa-gateway'] },
    { reason: 'a policy that is not there', argv: ['registry.example.com/a/b:1', '--policy', 'nowhere.yaml'] },
    {
      reason: 'a policy that is none',
      argv: ['registry.example.com/a/b:1', '--policy', 'stoa-platform/services/stoa-gateway/VERSION'],
    },
    { reason: 'a key that is not there', argv: ['registry.example.com/a/b:1', '--key', 'nowhere.pem'] },
    { reason: 'policy and key', argv: ['registry.example.com/a/b:1', '--key', 'a', '--policy', 'b'] },
  ])('is wrong usage with $reason', async ({ argv }) => {
    await expect(run('verify', ...argv)).rejects.toBeInstanceOf(UsageError);
  });
});
