import { VirtualClock } from '../../src/core/index.ts';
import type { Logger } from '../../src/core/index.ts';
import { argoCustomResourceDefinitions, startGitops } from '../../src/gitops/index.ts';
import type { ApplicationStatus, GitopsEngine, GitopsOptions } from '../../src/gitops/index.ts';
import { createKubeClient } from '../../src/kube/index.ts';
import type { KubeClient, KubeObject, ObjectKey } from '../../src/kube/index.ts';
import { createApiServer } from '../../src/standins/apiserver/index.ts';
import type { ApiServer } from '../../src/standins/apiserver/index.ts';
import { MemoryRemote } from './memory-mirror.ts';

export const REPOSITORY = 'https://git.test/stoa/stoa-envs.git';

export interface WorldOptions {
  /** Clusters besides the hub. @default none */
  readonly clusters?: readonly string[];
  readonly engine?: Partial<GitopsOptions>;
  readonly logger?: Logger;
  /** Stands between the engine and a cluster. */
  readonly wrap?: (name: string, client: KubeClient) => KubeClient;
}

/** A hub, clusters, a repository and the engine, in one process under a virtual clock. */
export class GitopsWorld implements AsyncDisposable {
  readonly clock = new VirtualClock();
  readonly remote = new MemoryRemote(REPOSITORY);
  readonly #options: WorldOptions;
  readonly #servers = new Map<string, ApiServer>();
  readonly #clients = new Map<string, KubeClient>();
  readonly #abort = new AbortController();
  #engine: GitopsEngine | undefined;

  private constructor(options: WorldOptions) {
    this.#options = options;
  }

  /** Everything but the engine, so that a test can prepare the repository first. */
  static async create(options: WorldOptions = {}): Promise<GitopsWorld> {
    const world = new GitopsWorld(options);
    for (const name of ['hub', ...(options.clusters ?? [])]) {
      const server = await createApiServer({ name, clock: world.clock });
      world.#servers.set(name, server);
      world.#clients.set(
        name,
        createKubeClient({
          server: `https://${name}.test`,
          fetch: server.fetch,
          fieldManager: 'test',
          clock: world.clock,
        }),
      );
    }
    await world.hub.create(namespace('argocd'));
    for (const definition of argoCustomResourceDefinitions) await world.hub.create(definition);
    for (const name of options.clusters ?? []) await world.hub.create(clusterSecret(name));
    return world;
  }

  get hub(): KubeClient {
    return this.client('hub');
  }

  get engine(): GitopsEngine {
    if (this.#engine === undefined) throw new Error('The engine is not started');
    return this.#engine;
  }

  /** A test's own client of a cluster, with its own name in `managedFields`. */
  client(name: string): KubeClient {
    const client = this.#clients.get(name);
    if (client === undefined) throw new Error(`There is no cluster ${name}`);
    return client;
  }

  async start(): Promise<void> {
    const wrap = this.#options.wrap ?? ((_name: string, client: KubeClient): KubeClient => client);
    this.#engine = await startGitops({
      hub: wrap('hub', this.#own('hub')),
      connect: async ({ name }) => wrap(name, this.#own(name)),
      mirror: async () => this.remote.mirror(),
      clock: this.clock,
      signal: this.#abort.signal,
      ...(this.#options.logger === undefined ? {} : { logger: this.#options.logger }),
      ...this.#options.engine,
    });
  }

  #own(name: string): KubeClient {
    const server = this.#servers.get(name);
    if (server === undefined) throw new Error(`There is no cluster ${name}`);
    return createKubeClient({
      server: `https://${name}.test`,
      fetch: server.fetch,
      fieldManager: 'argocd-controller',
      clock: this.clock,
    });
  }

  /** As a crash would: nothing that the engine remembers survives. */
  async restart(): Promise<void> {
    await this.#engine?.[Symbol.asyncDispose]();
    await this.start();
  }

  /** Commits and tells the engine. */
  push(changes: Readonly<Record<string, string | null>>, branch = 'main'): string {
    const sha = this.remote.commit(changes, branch);
    this.#engine?.repositoryChanged(REPOSITORY);
    return sha;
  }

  async status(name: string): Promise<ApplicationStatus> {
    const object = await this.hub.get(applicationKey(name));
    return object?.['status'] ?? {};
  }

  /** Lets virtual time pass until the condition holds. @throws Error after `limitMs` of it */
  async until(condition: () => Promise<boolean>, limitMs = 60_000): Promise<void> {
    await this.clock.advanceUntil(condition, limitMs);
  }

  /** Until the Application has synced `revision` and is settled. */
  async synced(name: string, revision: string): Promise<void> {
    await this.until(async () => {
      const { sync, operationState } = await this.status(name);
      return sync?.status === 'Synced' && sync.revision === revision && operationState?.phase !== 'Running';
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#engine?.[Symbol.asyncDispose]();
    this.#abort.abort();
    for (const server of this.#servers.values()) await server[Symbol.asyncDispose]();
  }
}

export function applicationKey(name: string): ObjectKey {
  return { group: 'argoproj.io', version: 'v1alpha1', kind: 'Application', namespace: 'argocd', name };
}

export function namespace(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

function clusterSecret(name: string): KubeObject {
  const encode = (text: string): string => Buffer.from(text).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: `cluster-${name}`, namespace: 'argocd', labels: { 'argocd.argoproj.io/secret-type': 'cluster' } },
    data: { name: encode(name), server: encode(`https://${name}.test`), config: encode('{}') },
  };
}

/** A project that allows everything that tests deploy, unless `spec` says otherwise. */
export function project(spec: Readonly<Record<string, unknown>> = {}, name = 'team'): KubeObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name, namespace: 'argocd' },
    spec: {
      sourceRepos: ['*'],
      destinations: [{ server: '*', namespace: '*' }],
      clusterResourceWhitelist: [{ group: '*', kind: '*' }],
      ...spec,
    },
  };
}

export interface ApplicationParts {
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** An Application of the hub itself that reads folder `apps/web` and syncs by itself, unless `parts` say otherwise. */
export function application(name: string, parts: ApplicationParts = {}): KubeObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd', ...parts.metadata },
    spec: {
      project: 'team',
      source: { repoURL: REPOSITORY, targetRevision: 'main', path: 'apps/web' },
      destination: { server: 'https://kubernetes.default.svc', namespace: 'web' },
      syncPolicy: {
        automated: { prune: true, selfHeal: true },
        syncOptions: ['CreateNamespace=true', 'PrunePropagationPolicy=background'],
      },
      ...parts.spec,
    },
  };
}

export function configMap(
  name: string,
  data: Readonly<Record<string, string>>,
  annotations: Readonly<Record<string, string>> = {},
): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, annotations }, data });
}

export function configMapKey(name: string, ns = 'web'): ObjectKey {
  return { group: '', version: 'v1', kind: 'ConfigMap', namespace: ns, name };
}

/** An object of another kind as a manifest. */
export function manifest(kind: string, name: string, parts: Readonly<Record<string, unknown>> = {}): string {
  const { apiVersion = 'v1', metadata = {}, ...rest } = parts;
  return JSON.stringify({ apiVersion, kind, metadata: { name, ...(metadata as object) }, ...rest });
}

/** A Job that is a hook, or stands in a wave, by its annotations. */
export function job(name: string, annotations: Readonly<Record<string, string>>): string {
  return manifest('Job', name, {
    apiVersion: 'batch/v1',
    metadata: { annotations },
    spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'job:1' }] } } },
  });
}

export function jobKey(name: string, ns = 'web'): ObjectKey {
  return { group: 'batch', version: 'v1', kind: 'Job', namespace: ns, name };
}

/** Ends a Job, as its controller would. */
export async function finishJob(
  client: KubeClient,
  name: string,
  type: 'Complete' | 'Failed' = 'Complete',
): Promise<void> {
  const now = new Date().toISOString();
  const condition = {
    type,
    status: 'True',
    message: `job ${type.toLowerCase()}`,
    lastTransitionTime: now,
    lastProbeTime: now,
  };
  const terminal =
    type === 'Complete' ? { type: 'SuccessCriteriaMet', status: 'True' } : { type: 'FailureTarget', status: 'True' };
  const status = {
    startTime: now,
    conditions: [terminal, condition],
    ...(type === 'Complete' ? { succeeded: 1, completionTime: now } : { failed: 1 }),
  };
  await client.patch(jobKey(name), { type: 'merge', body: { status } }, { subresource: 'status' });
}
