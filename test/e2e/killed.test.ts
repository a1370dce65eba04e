import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Promotion } from '../../src/promotion/index.ts';
import { BUILD_COMMIT, connect, promotions, pushImage } from '../support/delivery.ts';
import type { ClusterClient } from '../support/delivery.ts';
import { seededRandom } from '../support/random.ts';
import { runCommand, startProgram } from '../support/running-program.ts';
import type { RunningProgram } from '../support/running-program.ts';
import { eventually } from '../support/tools.ts';

const SERVICE = 'stoa-gateway';
const KILLS = 10;
const SEED = Number(process.env['STOA_CD_SEED'] ?? 7);
const CONFIG_MAP = { group: '', version: 'v1', kind: 'ConfigMap' };

describe(`a promotion whose program is killed ${KILLS} times (STOA_CD_SEED=${SEED})`, () => {
  let data: string;
  let program: RunningProgram;
  const clients: ClusterClient[] = [];

  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), 'stoa-killed-'));
    program = await startProgram({ data });
  }, 60_000);

  afterAll(async () => {
    for (const client of clients) await client[Symbol.asyncDispose]();
    await program[Symbol.asyncDispose]();
    await rm(data, { recursive: true, force: true });
  });

  const clientOf = async (cluster: 'hub' | 'dev' | 'prod'): Promise<ClusterClient['client']> => {
    const connected = await connect(program.addresses, cluster);
    clients.push(connected);
    return connected.client;
  };

  it('reaches production once, loses no acknowledged write, and has its record', async () => {
    const random = seededRandom(SEED);
    const hub = await clientOf('hub');
    const dev = await clientOf('dev');
    const image = await pushImage(program.addresses, SERVICE, { tag: '1.1.0', data });
    const stop = new AbortController();
    const people = playPeople({ hub, data, image, signal: stop.signal });
    const acknowledged: string[] = [];

    for (let kill = 0; kill < KILLS; kill++) {
      const until = performance.now() + 200 + random() * 2500;
      while (performance.now() < until) {
        const name = `write-${acknowledged.length}`;
        await dev.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } });
        acknowledged.push(name);
        await new Promise((resolve) => setTimeout(resolve, random() * 60));
      }
      await program.kill();
      program = await startProgram({ data });
    }

    const inProd = await eventually('the release to be in prod', async () => deployedIn(hub, 'prod'), {
      limitMs: 120_000,
    });
    stop.abort();
    await people;
    expect(inProd.status?.approvers).toEqual(['carol']);

    const kept = new Set(
      (await dev.list(CONFIG_MAP, { namespace: 'default' })).items.map(({ metadata }) => metadata.name),
    );
    expect(acknowledged.filter((name) => !kept.has(name))).toEqual([]);
    const own = await promotions(hub, SERVICE);
    expect(own.map(({ spec, status }) => `${spec.environment} ${status?.phase ?? ''}`).sort()).toEqual([
      'dev Deployed',
      'prod Deployed',
      'staging Deployed',
    ]);
    await expectDeployedOnce(hub, own);
    expect(await runCommand(['evidence', 'verify', '--data', data])).toMatchObject({ code: 0 });
    expect(await recordedDeployments(data)).toEqual(['dev', 'staging', 'prod']);
    // Pods of the release before go in their own time.
    await eventually('all that runs to be in the ledger', async () => {
      const { code, stdout, stderr } = await runCommand(['evidence', 'coverage', '--data', data]);
      if (code !== 0) throw new Error(`${stdout}${stderr}`);
      return true;
    });
  }, 420_000);
});

interface Play {
  readonly hub: ClusterClient['client'];
  readonly data: string;
  readonly image: string;
  readonly signal: AbortSignal;
}

/** Does what is due next, again and again: whoever acts finds the program gone now and then, and tries again. */
async function playPeople({ hub, data, image, signal }: Play): Promise<void> {
  while (!signal.aborted) {
    const due = await nextAct(hub, image).catch(() => undefined);
    if (due !== undefined) await runCommand([...due, '--data', data]);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function nextAct(hub: ClusterClient['client'], image: string): Promise<readonly string[] | undefined> {
  const own = await promotions(hub, SERVICE);
  const at = (environment: string): Promotion | undefined => own.find(({ spec }) => spec.environment === environment);
  const [dev, staging, prod] = [at('dev'), at('staging'), at('prod')];
  const nameOf = ({ metadata }: Promotion): string => metadata.name ?? '';
  if (dev === undefined) return ['release', SERVICE, image, '--commit', BUILD_COMMIT];
  if (dev.status?.phase !== 'Deployed') return undefined;
  if (staging === undefined) return ['promote', SERVICE, 'staging', '--user', 'alice'];
  if (staging.status?.phase === 'Waiting') return ['approve', nameOf(staging), '--user', 'bob'];
  if (staging.status?.phase !== 'Deployed') return undefined;
  if (prod === undefined) return ['promote', SERVICE, 'prod', '--user', 'alice'];
  if (prod.status?.phase === 'Waiting') return ['approve', nameOf(prod), '--user', 'carol'];
  return prod.status?.phase === 'AwaitingDeploy' ? ['deploy', nameOf(prod), '--user', 'carol'] : undefined;
}

async function deployedIn(hub: ClusterClient['client'], environment: string): Promise<Promotion | undefined> {
  return (await promotions(hub, SERVICE)).find(
    ({ spec, status }) => spec.environment === environment && status?.phase === 'Deployed',
  );
}

interface Application {
  readonly status?: { readonly history?: readonly { readonly revision: string }[] };
}

/** Each environment's Application has synced the commit of its promotion, and none twice. */
async function expectDeployedOnce(hub: ClusterClient['client'], own: readonly Promotion[]): Promise<void> {
  for (const { spec, status } of own) {
    const key = { group: 'argoproj.io', version: 'v1alpha1', kind: 'Application', namespace: 'argocd' };
    const application = (await hub.get({ ...key, name: `stoa-${spec.environment}` })) as Application | undefined;
    const revisions = (application?.status?.history ?? []).map(({ revision }) => revision);
    expect(revisions.filter((revision) => revision === status?.approvedCommit)).toHaveLength(1);
    expect(new Set(revisions).size).toBe(revisions.length);
  }
}

async function recordedDeployments(data: string): Promise<readonly string[]> {
  const { stdout } = await runCommand(['evidence', 'show', '--data', data, '--output', 'json']);
  const records = JSON.parse(stdout) as readonly {
    readonly predicateType: string;
    readonly predicate: { readonly environment: string };
  }[];
  return records
    .filter(({ predicateType }) => predicateType.includes('/deployment/'))
    .map(({ predicate }) => predicate.environment);
}
