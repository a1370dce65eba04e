import { describe, expect, it, onTestFinished } from 'vitest';
import { VirtualClock, parseYaml, silentLogger } from '../../src/core/index.ts';
import type { Fetch } from '../../src/core/index.ts';
import { createKubeClient } from '../../src/kube/index.ts';
import type { GroupVersionKind, KubeClient, KubeObject } from '../../src/kube/index.ts';
import { createApiServer } from '../../src/standins/apiserver/index.ts';
import { defaultScenario, startSimulator } from '../../src/standins/simulator/index.ts';
import type { Scenario } from '../../src/standins/simulator/index.ts';

const SERVER = 'http://cluster.local';

const KINDS: Readonly<Record<string, GroupVersionKind>> = {
  Pod: { group: '', version: 'v1', kind: 'Pod' },
  Event: { group: '', version: 'v1', kind: 'Event' },
  Node: { group: '', version: 'v1', kind: 'Node' },
  Endpoints: { group: '', version: 'v1', kind: 'Endpoints' },
  PersistentVolume: { group: '', version: 'v1', kind: 'PersistentVolume' },
  Deployment: { group: 'apps', version: 'v1', kind: 'Deployment' },
  ReplicaSet: { group: 'apps', version: 'v1', kind: 'ReplicaSet' },
  StatefulSet: { group: 'apps', version: 'v1', kind: 'StatefulSet' },
  Job: { group: 'batch', version: 'v1', kind: 'Job' },
  CronJob: { group: 'batch', version: 'v1', kind: 'CronJob' },
};

interface Live extends KubeObject {
  spec: Record<string, unknown>;
  status?: Record<string, unknown> & { conditions?: { type: string; status: string; reason?: string }[] };
}

interface World {
  readonly clock: VirtualClock;
  readonly user: KubeClient;
  /** Writes of the simulator so far. */
  readonly writes: () => number;
  /** Loses this share of the simulator's writes to conflicts. */
  readonly conflicts: { share: number };
  readonly get: (kind: string, name: string) => Promise<Live | undefined>;
  readonly list: (kind: string) => Promise<readonly Live[]>;
  readonly apply: (yaml: string) => Promise<void>;
  readonly until: (reached: () => Promise<boolean>, limitMs?: number) => Promise<void>;
  readonly pass: (ms: number) => Promise<void>;
  readonly restart: () => Promise<void>;
  readonly logs: (pod: string) => Promise<string>;
}

async function setUp(scenario: Scenario = defaultScenario): Promise<World> {
  const clock = new VirtualClock();
  const api = await createApiServer({ name: 'test', clock });
  const abort = new AbortController();
  const conflicts = { share: 0 };
  let writes = 0;
  let turn = 0;
  const counting: Fetch = (input, init) => {
    if ((init?.method ?? 'GET') === 'GET') return api.fetch(input, init);
    turn += conflicts.share;
    if (turn >= 1) {
      turn -= 1;
      const status = { kind: 'Status', status: 'Failure', reason: 'Conflict', message: 'changed', code: 409 };
      return Promise.resolve(Response.json(status, { status: 409 }));
    }
    writes++;
    return api.fetch(input, init);
  };
  const client = createKubeClient({ server: SERVER, fetch: counting, fieldManager: 'kube-controller-manager', clock });
  const user = createKubeClient({ server: SERVER, fetch: api.fetch, fieldManager: 'argocd-controller', clock });
  const start = (): Promise<AsyncDisposable> =>
    startSimulator({ client, clock, scenario, fetch: counting, logger: silentLogger, signal: abort.signal });
  let simulator = await start();
  onTestFinished(async () => {
    await simulator[Symbol.asyncDispose]();
    await api[Symbol.asyncDispose]();
  });
  const gvkOf = (kind: string): GroupVersionKind => KINDS[kind] ?? { group: '', version: 'v1', kind };
  return {
    clock,
    user,
    writes: () => writes,
    conflicts,
    get: async (kind, name) => (await user.get({ ...gvkOf(kind), namespace: 'default', name })) as Live | undefined,
    list: async (kind) => (await user.list(gvkOf(kind))).items as Live[],
    async apply(yaml) {
      for (const document of parseYaml(yaml)) await user.apply(document as unknown as KubeObject, { force: true });
    },
    until: (reached, limitMs = 600_000) => clock.advanceUntil(reached, limitMs),
    async pass(ms) {
      for (const end = clock.now() + ms; clock.now() < end;) {
        clock.advance(Math.min(30_000, end - clock.now()));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    logs: async (pod) => (await api.fetch(`${SERVER}/api/v1/namespaces/default/pods/${pod}/log`)).text(),
    async restart() {
      await simulator[Symbol.asyncDispose]();
      simulator = await start();
    },
  };
}

function deployment(image: string, replicas = 3): string {
  return `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: default }
spec:
  replicas: ${replicas}
  progressDeadlineSeconds: 60
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "${image}", ports: [{ name: http, containerPort: 8080 }] }] }
`;
}

const conditionOf = (object: Live | undefined, type: string): string | undefined =>
  object?.status?.conditions?.find((condition) => condition.type === type)?.reason;

async function isRolledOut({ get }: World, name = 'web'): Promise<boolean> {
  const live = await get('Deployment', name);
  const { observedGeneration, updatedReplicas, replicas, availableReplicas } = live?.status ?? {};
  const wanted = live?.spec['replicas'];
  const counts = [updatedReplicas, replicas, availableReplicas];
  return observedGeneration === live?.metadata.generation && counts.every((count) => count === wanted);
}

describe('a simulated Deployment', () => {
  it('becomes available, is upgraded, fails with a broken image, and is rolled back to the old ReplicaSet', async () => {
    const world = await setUp();
    const { apply, until, get, list, user, clock } = world;
    await apply(deployment('repo/web:1'));
    await until(() => isRolledOut(world));
    const [first] = await list('ReplicaSet');

    await apply(deployment('repo/web:2'));
    await until(() => isRolledOut(world));
    expect((await get('Deployment', 'web'))?.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('2');

    const brokenAt = clock.now();
    await apply(deployment('repo/web:3-broken'));
    await until(async () => conditionOf(await get('Deployment', 'web'), 'Progressing') === 'ProgressDeadlineExceeded');
    expect(clock.now() - brokenAt).toBeGreaterThanOrEqual(60_000);
    expect(conditionOf(await get('Deployment', 'web'), 'Available')).toBe('MinimumReplicasAvailable');
    const crashing = (await list('Pod')).filter(({ status }) => JSON.stringify(status).includes('CrashLoopBackOff'));
    expect(crashing).toHaveLength(1);
    const name = crashing[0]?.metadata.name ?? '';
    const events = (await list('Event')).filter(
      ({ involvedObject }) => (involvedObject as { name: string }).name === name,
    );
    expect(events.map(({ reason }) => reason)).toEqual(
      expect.arrayContaining(['Scheduled', 'Pulled', 'Created', 'Started', 'BackOff']),
    );
    expect(events.find(({ reason }) => reason === 'BackOff')?.['count']).toBeGreaterThan(1);

    await apply(deployment('repo/web:1'));
    await until(() => isRolledOut(world));
    const sets = await list('ReplicaSet');
    const running = sets.filter(({ spec }) => spec['replicas'] === 3);
    expect(running.map(({ metadata }) => metadata.uid)).toEqual([first?.metadata.uid]);
    expect(sets).toHaveLength(3);
    const managers = (await get('Deployment', 'web'))?.metadata.managedFields?.map(({ manager }) => manager);
    expect(new Set(managers)).toEqual(new Set(['argocd-controller', 'kube-controller-manager']));
    await user.delete({ group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'default', name: 'web' });
    await until(async () => (await list('Pod')).length === 0);
  });

  it('writes nothing once it is at rest, for hours', async () => {
    const world = await setUp();
    await world.apply(deployment('repo/web:1'));
    await world.apply('{apiVersion: v1, kind: Service, metadata: {name: web, namespace: default}, spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}}'); // prettier-ignore
    await world.until(() => isRolledOut(world));
    await world.pass(5_000);
    const writes = world.writes();

    await world.pass(2 * 3_600_000);

    expect(writes).toBeGreaterThan(20);
    expect(world.writes()).toBe(writes);
  });

  it('goes on from the API alone after a restart, and creates nothing twice', async () => {
    const world = await setUp();
    const { apply, until, get, list, restart, pass } = world;
    await apply(deployment('repo/web:1', 4));
    await until(async () => (await list('Pod')).length >= 2);
    await restart();
    await until(() => isRolledOut(world));

    await apply(deployment('repo/web:2', 4));
    await until(async () => Number((await get('Deployment', 'web'))?.status?.['updatedReplicas'] ?? 0) >= 1);
    await restart();
    await until(() => isRolledOut(world));
    await pass(5_000);

    expect(await list('Pod')).toHaveLength(4);
    expect(await list('ReplicaSet')).toHaveLength(2);
    const writes = world.writes();
    await restart();
    await pass(60_000);
    expect(world.writes()).toBe(writes);
  });

  it('comes to the same end when every third write meets a conflict', async () => {
    const world = await setUp();
    world.conflicts.share = 1 / 3;
    await world.apply(deployment('repo/web:1', 5));
    await world.until(() => isRolledOut(world));
    await world.apply(deployment('repo/web:2', 2));
    await world.until(() => isRolledOut(world));
    await world.until(async () => (await world.list('Pod')).length === 2);

    expect((await world.list('ReplicaSet')).map(({ spec }) => spec['replicas']).toSorted()).toEqual([0, 2]);
  });

  it('starts Pods once the ConfigMap that they need is there', async () => {
    const { apply, until, get, pass } = await setUp();
    await apply(`
apiVersion: v1
kind: Pod
metadata: { name: needy, namespace: default }
spec: { containers: [{ name: c, image: "repo/c:1", envFrom: [{ configMapRef: { name: settings } }] }] }
`);
    await until(async () => JSON.stringify(await get('Pod', 'needy')).includes('CreateContainerConfigError'));
    await pass(10_000);
    expect((await get('Pod', 'needy'))?.status?.['phase']).toBe('Pending');

    await apply('{apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: default}, data: {a: b}}');

    await until(async () => {
      const ready = (await get('Pod', 'needy'))?.status?.conditions?.find(({ type }) => type === 'Ready');
      return ready?.status === 'True';
    });
  });
});

describe('a simulated cluster', () => {
  it('has a node that is Ready', async () => {
    const { list, until } = await setUp();

    await until(async () => {
      const [node] = await list('Node');
      return node?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
    });
  });

  it('runs a StatefulSet in order, with claims bound and addresses published, and rolls it from the last', async () => {
    const { apply, until, get, list } = await setUp();
    const statefulSet = (image: string): string => `
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db, namespace: default }
spec:
  replicas: 2
  serviceName: db
  selector: { matchLabels: { app: db } }
  template:
    metadata: { labels: { app: db } }
    spec: { containers: [{ name: db, image: "${image}", ports: [{ name: pg, containerPort: 5432 }] }] }
  volumeClaimTemplates:
    - { metadata: { name: data }, spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } } }
---
apiVersion: v1
kind: Service
metadata: { name: db, namespace: default }
spec: { clusterIP: None, selector: { app: db }, ports: [{ name: pg, port: 5432, targetPort: pg }] }
`;
    const isDone = async (): Promise<boolean> => {
      const live = await get('StatefulSet', 'db');
      const { observedGeneration, readyReplicas, currentRevision, updateRevision } = live?.status ?? {};
      const isCurrent = observedGeneration === live?.metadata.generation && currentRevision === updateRevision;
      return isCurrent && readyReplicas === 2;
    };
    await apply(statefulSet('repo/db:1'));
    await until(isDone);
    expect((await list('Pod')).map(({ metadata }) => metadata.name).toSorted()).toEqual(['db-0', 'db-1']);
    expect((await list('PersistentVolume')).map(({ status }) => status?.['phase'])).toEqual(['Bound', 'Bound']);
    await until(async () => {
      const [subset] = ((await get('Endpoints', 'db'))?.['subsets'] ?? []) as { addresses?: object[] }[];
      return subset?.addresses?.length === 2;
    });

    const old = (await get('Pod', 'db-0'))?.metadata.uid;
    await apply(statefulSet('repo/db:2'));
    await until(async () => (await get('Pod', 'db-1'))?.metadata.deletionTimestamp !== undefined);
    expect((await get('Pod', 'db-0'))?.metadata.uid).toBe(old);
    await until(isDone);
    expect((await get('Pod', 'db-0'))?.metadata.uid).not.toBe(old);
  });

  it('runs Jobs to their end, each Pod counted once, and CronJobs at their time', async () => {
    const world = await setUp({ rules: [{ tag: 'fails', behaviour: { kind: 'job-fails' } }] });
    const { apply, until, get, list } = world;
    const spec = (tag: string): string =>
      `template: { spec: { restartPolicy: Never, containers: [{ name: c, image: "repo/job:${tag}" }] } }`;
    await apply(`
{apiVersion: batch/v1, kind: Job, metadata: {name: good, namespace: default}, spec: {completions: 3, parallelism: 2, ${spec('works')}}}
---
{apiVersion: batch/v1, kind: Job, metadata: {name: bad, namespace: default}, spec: {backoffLimit: 1, ttlSecondsAfterFinished: 60, ${spec('fails')}}}
---
{apiVersion: batch/v1, kind: CronJob, metadata: {name: tick, namespace: default}, spec: {schedule: "*/5 * * * *", jobTemplate: {spec: {${spec('works')}}}}}
`);
    await until(async () => conditionOf(await get('Job', 'good'), 'Complete') === 'CompletionsReached');
    await until(async () => conditionOf(await get('Job', 'bad'), 'Failed') === 'BackoffLimitExceeded');
    expect((await get('Job', 'good'))?.status).toMatchObject({ succeeded: 3, uncountedTerminatedPods: {} });
    expect((await get('Job', 'bad'))?.status).toMatchObject({ failed: 2 });
    const held = (await list('Pod')).filter(({ metadata }) => metadata.finalizers !== undefined);
    expect(held).toEqual([]);

    await until(async () => (await get('Job', 'bad')) === undefined);
    await until(async () => (await get('CronJob', 'tick'))?.status?.['lastSuccessfulTime'] !== undefined);
    const scheduled = (await list('Job')).filter(({ metadata }) => metadata.name?.startsWith('tick-') === true);
    expect(scheduled).toHaveLength(1);
  });

  it('shows what containers print', async () => {
    const scenario: Scenario = { rules: [{ image: '*', behaviour: { kind: 'ready', logs: ['one', 'two'] } }] };
    const { apply, until, logs } = await setUp(scenario);
    await apply('{apiVersion: v1, kind: Pod, metadata: {name: chatty, namespace: default}, spec: {containers: [{name: c, image: r/c}]}}'); // prettier-ignore
    await until(async () => (await logs('chatty')) === 'one\ntwo\n');
  });
});
