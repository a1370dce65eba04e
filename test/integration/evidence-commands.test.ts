import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { factOf, writeHistory } from '../../bench/evidence/history.ts';
import type { LedgerCommit } from '../../bench/evidence/history.ts';
import { commands } from '../../src/cli/index.ts';
import { runProgram } from '../../src/cli/program.ts';
import { createTerminal } from '../../src/cli/terminal/terminal.ts';
import { randomIds, silentLogger, systemClock } from '../../src/core/index.ts';
import { GENESIS, createSigner, generateSigningKey, sealRecord } from '../../src/evidence/index.ts';
import type { Fact } from '../../src/evidence/index.ts';
import { createKubeClient, loadKubeconfig } from '../../src/kube/index.ts';
import { createApiServer } from '../../src/standins/apiserver/index.ts';

const signer = createSigner(generateSigningKey());
const REGISTRY = 'registry.example.com/stoa';
const START = Date.UTC(2026, 0, 1);
const day = (n: number): string => new Date(START + n * 24 * 3600_000).toISOString();

/** The deployment of image `n` to prod; its commit is the first forty digits of the digest. */
function deploymentOf(n: number): Fact {
  const fact = factOf(n);
  return { ...fact, predicate: { ...fact.predicate, approvedCommit: 'e'.repeat(40), application: `app-${n}` } };
}

const digestOf = (n: number): string => `sha256:${factOf(n).subject[0]?.digest['sha256'] ?? ''}`;

function ledger(facts: readonly Fact[]): readonly LedgerCommit[] {
  let previous = GENESIS;
  return facts.map((fact, index) => {
    const at = Date.parse(day(index));
    const { files, message, hash } = sealRecord(fact, { sequence: index + 1, previous, at }, signer);
    previous = hash;
    return { files, message, at };
  });
}

describe('commands of the ledger against a cluster', () => {
  const stack = new AsyncDisposableStack();
  let scratch: string;
  let source: readonly string[];
  let createPod: (name: string, image: string) => Promise<unknown>;

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'stoa-evidence-'));
    stack.defer(() => rm(scratch, { recursive: true, force: true }));
    const api = await createApiServer({
      ...{ name: 'prod', clock: systemClock, ids: randomIds, directory: join(scratch, 'prod'), logger: silentLogger },
    });
    stack.use(api);
    const { url } = await api.listen({ port: 0 });
    const connection = await loadKubeconfig(api.kubeconfig());
    stack.defer(() => connection.close());
    const client = createKubeClient({ ...connection, fieldManager: 'test' });
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'stoa' } };
    await client.create(namespace);
    createPod = (name, image) =>
      client.create({
        ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'stoa' } },
        spec: { containers: [{ name: 'app', image }] },
      });
    const data = join(scratch, 'data');
    await mkdir(data);
    const kubeconfig = join(scratch, 'prod.yaml');
    await writeFile(kubeconfig, api.kubeconfig());
    await writeFile(join(data, 'evidence.pub.pem'), signer.publicKeyPem);
    const instance = { page: '', issuer: '', clientId: '', forge: '', registry: '', users: [] };
    const clusters = { prod: { kubeconfig, server: url } };
    await writeFile(join(data, 'instance.json'), JSON.stringify({ ...instance, clusters }));
    const repository = await writeHistory(join(scratch, 'ledger.git'), ledger([deploymentOf(1), deploymentOf(2)]));
    source = ['--repository', pathToFileURL(repository).href, '--data', data];
  });
  afterAll(() => stack.disposeAsync());

  async function run(...argv: readonly string[]): Promise<{ readonly code: number; readonly value: never }> {
    const printed: string[] = [];
    const stream = { write: (text: string) => printed.push(text), isTTY: false, columns: 80 };
    const streams = stream as unknown as NodeJS.WriteStream;
    const code = await runProgram(commands, [...argv, ...source, '--output', 'json'], {
      ...{ terminal: createTerminal({ stdout: streams, stderr: streams, env: {} }), env: {}, cwd: scratch },
      ...{ logger: silentLogger, signal: new AbortController().signal },
    });
    return { code, value: JSON.parse(printed.join('')) as never };
  }

  it('covers what was deployed, and names a pod that somebody started past the pipeline', async () => {
    await createPod('gateway', `${REGISTRY}/stoa-gateway:1@${digestOf(1)}`);
    expect(await run('evidence', 'coverage')).toMatchObject({ code: 0, value: { pods: 1, percent: 100 } });

    await createPod('intruder', `docker.io/library/miner@sha256:${'f'.repeat(64)}`);
    expect(await run('evidence', 'coverage')).toMatchObject({
      code: 1,
      value: { percent: 50, gaps: [{ cluster: 'prod', namespace: 'stoa', pod: 'intruder', reason: 'NoRecord' }] },
    });
    expect(await run('evidence', 'coverage', '--exempt', 'docker.io/library/miner')).toMatchObject({ code: 0 });
  });

  it('leads from a pod to its commit, and back to the pod', async () => {
    const commit = digestOf(1).slice('sha256:'.length).slice(0, 40);
    const expected = {
      ...{ runs: ['prod/stoa/gateway'], digests: [digestOf(1)] },
      deployments: [{ sequence: 1, standing: 'Current', fact: { commit, author: 'alice', approvers: ['bob'] } }],
    };

    expect(await run('evidence', 'show', 'prod/stoa/gateway')).toMatchObject({ code: 0, value: expected });
    expect(await run('evidence', 'show', 'pod/gateway')).toMatchObject({ code: 0, value: expected });
    expect(await run('evidence', 'show', commit.slice(0, 10))).toMatchObject({ code: 0, value: expected });
    expect(await run('evidence', 'show', digestOf(1))).toMatchObject({ code: 0, value: expected });
  });

  it('says when the ledger knows nothing of a pod, and when there is no such pod', async () => {
    expect(await run('evidence', 'show', 'pod/intruder')).toMatchObject({ code: 1, value: { deployments: [] } });
    await expect(run('evidence', 'show', 'pod/nobody')).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('writes the records of a period, twice the same, and not into a folder that is in use', async () => {
    const period = ['--from', '2026-01-02', '--to', '2026-02-01'];
    expect(await run('evidence', 'export', 'first', ...period)).toMatchObject({ code: 0 });
    await run('evidence', 'export', 'second', ...period);

    const [first, second] = await Promise.all(['first', 'second'].map((name) => contents(join(scratch, name))));
    expect(first).toEqual(second);
    expect(first?.['records.jsonl']?.split('\n')).toHaveLength(2);
    await expect(run('evidence', 'export', 'first')).rejects.toMatchObject({ code: 'REFUSED' });
    await expect(run('evidence', 'export', 'third', '--from', 'yesterday')).rejects.toMatchObject({ code: 'USAGE' });
  });
});

async function contents(directory: string): Promise<Record<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const pairs = files.map(async (file) => [file.slice(directory.length + 1), await readFile(file, 'utf8')] as const);
  return Object.fromEntries(await Promise.all(pairs));
}
