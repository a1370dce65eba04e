import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { argoCustomResourceDefinitions } from '../../src/gitops/index.ts';
import { clusterSecret, createKubeClient, loadKubeconfig, parseKubeconfig } from '../../src/kube/index.ts';
import type { KubeClient, KubeObject } from '../../src/kube/index.ts';
import { startChild } from '../lib/child.ts';
import type { Child } from '../lib/child.ts';
import { UNHEALED, applicationName, folderOf, namespaceOf, repositoryFiles } from './content.ts';
import type { Shape } from './content.ts';
import type { EngineStart } from './engine-process.ts';
import { Observer } from './observer.ts';
import { BenchRepository } from './repository.ts';
import type { ServerAddresses } from './servers.ts';

const SERVERS = new URL('./servers.ts', import.meta.url);
const ENGINE = new URL('./engine-process.ts', import.meta.url);
const APPLICATION = { group: 'argoproj.io', version: 'v1alpha1', kind: 'Application' };
/** Requests that the benchmark itself has under way at the same time while it fills the APIs. */
const AT_ONCE = 16;
/** A Node of default size would collect at a few GiB; the largest worlds need more on the side of the servers. */
const SERVER_FLAGS = ['--max-old-space-size=12288'];
const ENGINE_FLAGS = ['--expose-gc', '--max-old-space-size=8192'];

/** Servers, an engine and the benchmark itself, a process each. */
export interface World extends AsyncDisposable {
  readonly count: number;
  readonly shape: Shape;
  readonly servers: Child;
  readonly engine: Child;
  readonly hub: KubeClient;
  readonly cluster: KubeClient;
  readonly repository: BenchRepository;
  readonly repoURL: string;
  readonly applications: Observer;
  readonly names: readonly string[];
  /** As a crash would and a new start: nothing that the engine remembered is left but its mirror. @returns when it began */
  restart(): Promise<number>;
}

/** Everything but the Applications. The engine runs and knows none. */
export async function createWorld(count: number, shape: Shape): Promise<World> {
  const stack = new AsyncDisposableStack();
  try {
    const directory = await mkdtemp(join(tmpdir(), 'stoa-bench-engine-'));
    stack.defer(() => rm(directory, { recursive: true, force: true }));
    const servers = stack.use(startChild(SERVERS, SERVER_FLAGS));
    const addresses = await servers.ask<ServerAddresses>('start');
    const client = async (kubeconfig: string): Promise<KubeClient> => {
      const connection = await loadKubeconfig(kubeconfig);
      stack.defer(() => connection.close());
      return createKubeClient({ server: connection.server, fetch: connection.fetch, fieldManager: 'kubectl-edit' });
    };
    const [hub, cluster] = [await client(addresses.hub), await client(addresses.cluster)];
    const remote = { url: addresses.repository, credentials: addresses.user };
    const files = repositoryFiles(count, shape);
    const repository = await BenchRepository.create(join(directory, 'own.git'), remote, files);
    const indexes = [...Array(count).keys()];
    await furnish({ hub, cluster, addresses, indexes });
    const applications = stack.use(new Observer(hub, APPLICATION, withoutManagedFields));
    await applications.start();
    let engine = await startEngine(directory, addresses);
    stack.defer(() => engine[Symbol.asyncDispose]());
    servers.onEvent((event, url) => {
      if (event === 'push') void engine.ask('changed', url);
    });
    return {
      ...{ count, shape, servers, hub, cluster, repository, applications, repoURL: remote.url },
      names: indexes.map(applicationName),
      get engine() {
        return engine;
      },
      restart: async () => {
        process.kill(engine.pid, 'SIGKILL');
        await engine[Symbol.asyncDispose]();
        const began = performance.now();
        engine = await startEngine(directory, addresses);
        return began;
      },
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

async function startEngine(directory: string, { hub }: ServerAddresses): Promise<Child> {
  const engine = startChild(ENGINE, ENGINE_FLAGS);
  await engine.ask('start', { hub, directory } satisfies EngineStart);
  return engine;
}

interface Furniture {
  readonly hub: KubeClient;
  readonly cluster: KubeClient;
  readonly addresses: ServerAddresses;
  readonly indexes: readonly number[];
}

async function furnish({ hub, cluster, addresses, indexes }: Furniture): Promise<void> {
  await hub.create(namespace('argocd'));
  for (const definition of argoCustomResourceDefinitions) await hub.create(definition);
  await hub.create(clusterSecret(await parseKubeconfig(addresses.cluster), { name: 'cluster', namespace: 'argocd' }));
  await hub.create(project());
  const namespaces = [...new Set(indexes.map(namespaceOf))];
  await eachOf(namespaces, async (name) => {
    await cluster.create(namespace(name));
  });
}

function namespace(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

function project(): KubeObject {
  const anything = [{ group: '*', kind: '*' }];
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name: 'bench', namespace: 'argocd' },
    spec: {
      sourceRepos: ['*'],
      destinations: [{ server: '*', namespace: '*' }],
      clusterResourceWhitelist: anything,
    },
  };
}

export function applicationOf(index: number, repoURL: string): KubeObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: applicationName(index), namespace: 'argocd' },
    spec: {
      project: 'bench',
      source: { repoURL, targetRevision: 'main', path: folderOf(index) },
      destination: { name: 'cluster', namespace: namespaceOf(index) },
      syncPolicy: { automated: { prune: true, selfHeal: index >= UNHEALED } },
    },
  };
}

/** Does the work for each item, some at the same time. */
export async function eachOf<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items].values();
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

function withoutManagedFields(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
