import { createInformer, startController, withoutManagedFields } from '../controller/index.ts';
import type { Controller, Informer, InformerOptions, Request } from '../controller/index.ts';
import { messageOf, randomIds, silentLogger } from '../core/index.ts';
import type { Clock, Ids, Logger } from '../core/index.ts';
import type { Mirror, RemoteCredentials } from '../git/index.ts';
import { healthOf } from '../kube/index.ts';
import type { GroupVersionKind, KubeClient } from '../kube/index.ts';
import { build } from '../kustomize/index.ts';
import { ApplicationMemory } from './application-memory.ts';
import { ApplicationReconciler } from './application-reconciler.ts';
import { ApplicationStore, asksForWork } from './application-store.ts';
import { APPLICATION_GVK, APPLICATION_SET_GVK, PROJECT_GVK } from './application.ts';
import { ApplicationSets } from './applicationset/application-sets.ts';
import type { ForgeSource } from './applicationset/generators/sources.ts';
import { repositoryCredentials } from './cluster-registry.ts';
import { Clusters } from './clusters.ts';
import type { Connect } from './clusters.ts';
import { EventRecorder } from './events.ts';
import { FollowUp } from './follow-up.ts';
import { Readers } from './readers.ts';
import type { RevisionReaders } from './readers.ts';
import { Renderer } from './render.ts';
import { Repositories } from './repositories.ts';
import type { Move, OpenRepository } from './repositories.ts';
import { applicationKey } from './tracking.ts';

export interface GitopsOptions {
  /** Holds Applications, AppProjects and the Secrets of clusters and repositories, in `namespace`. */
  readonly hub: KubeClient;
  /** @default 'argocd' */
  readonly namespace?: string;
  /** Reaches a registered cluster; the hub itself is never asked for. */
  readonly connect: Connect;
  readonly mirror: (url: string, credentials?: RemoteCredentials) => Promise<Mirror>;
  readonly clock: Clock;
  /** @default random */
  readonly ids?: Ids;
  /** @default none */
  readonly logger?: Logger;
  readonly signal: AbortSignal;
  /** Between looks at each repository, for pushes that nobody told of. @default 120 */
  readonly pollSeconds?: number;
  /** A hook that runs longer ends its sync. @default 1800 */
  readonly hookTimeoutSeconds?: number;
  /** Applications reconciled at the same time. @default 32 */
  readonly workers?: number;
  /** What pull request and SCM provider generators of ApplicationSets ask. @default none, and they are refused */
  readonly forge?: ForgeSource;
  /** Addresses of forges, beside the providers' own, that generators may name. @default none */
  readonly forgeApis?: readonly string[];
}

/** How much the engine has done since it started. */
export interface EngineWork {
  /** Reconciliations of Applications. */
  readonly reconciled: number;
  /** Renderings that were really done; the others came from memory. */
  readonly rendered: number;
}

export interface GitopsEngine extends AsyncDisposable {
  readonly work: EngineWork;
  /** A push to `url`, however spelled, has happened: it is looked at at once. */
  repositoryChanged(url: string): void;
  /** Resolves as soon as no Application waits or is being reconciled; delayed ones do not count. */
  idle(): Promise<void>;
}

/**
 * Starts the controllers of Applications and ApplicationSets. Resolves once these, projects and Secrets are known.
 * @throws the signal's reason, or what the hub answered
 */
export async function startGitops(options: GitopsOptions): Promise<GitopsEngine> {
  const engine = new Engine(options);
  try {
    await engine.start();
  } catch (error) {
    await engine[Symbol.asyncDispose]();
    throw error;
  }
  return engine;
}

const FOLLOW_DELAY_MS = 200;
/** Fifty a second: a small share of a core however many there are. */
const FOLLOW_GAP_MS = 20;
const SECRET: GroupVersionKind = { group: '', version: 'v1', kind: 'Secret' };

class Engine implements GitopsEngine {
  readonly #options: GitopsOptions;
  readonly #home: string;
  readonly #logger: Logger;
  readonly #closing = new AbortController();
  readonly #signal: AbortSignal;
  readonly #memory = new ApplicationMemory();
  readonly #readers = new Readers();
  readonly #followUp: FollowUp;
  #following: Promise<void> = Promise.resolve();
  readonly #applications: Informer;
  readonly #projects: Informer;
  readonly #secrets: Informer;
  readonly #repositories: Repositories;
  readonly #events: EventRecorder;
  readonly #renderer: Renderer;
  readonly #clusters: Clusters;
  #reconciler: ApplicationReconciler | undefined;
  #controller: Controller | undefined;
  #sets: ApplicationSets | undefined;

  constructor(options: GitopsOptions) {
    const { hub, connect, mirror, clock, pollSeconds = 120 } = options;
    this.#options = options;
    this.#home = options.namespace ?? 'argocd';
    this.#logger = (options.logger ?? silentLogger).with({ domain: 'gitops' });
    this.#signal = AbortSignal.any([options.signal, this.#closing.signal]);
    const shared = { clock, logger: this.#logger, signal: this.#signal };
    this.#events = new EventRecorder({ ...shared, hub, ids: options.ids ?? randomIds });
    this.#applications = this.#hubInformer(APPLICATION_GVK);
    this.#projects = this.#hubInformer(PROJECT_GVK, this.#home);
    this.#secrets = this.#hubInformer(SECRET, this.#home);
    this.#repositories = new Repositories({
      ...shared,
      mirror,
      credentials: (url) => repositoryCredentials(this.#secrets.list(this.#home), url),
      pollMs: pollSeconds * 1000,
      onMoved: (url, move) => this.#moved(url, move),
    });
    this.#followUp = new FollowUp({
      clock,
      enqueue: (request) => this.#controller?.enqueue(request),
      delay: FOLLOW_DELAY_MS,
      gap: FOLLOW_GAP_MS,
    });
    this.#renderer = new Renderer(this.#repositories, build);
    this.#clusters = new Clusters({
      ...shared,
      hub,
      connect,
      secrets: this.#secrets,
      home: this.#home,
      health: healthOf,
      createInformer: (client, gvk) => this.#informer(client, gvk),
      onChange: (application) => this.#controller?.enqueue(applicationKey(application, this.#home)),
    });
  }

  /** Of the hub's own kinds, in whose `managedFields` nobody is interested. */
  #hubInformer(gvk: GroupVersionKind, namespace?: string): Informer {
    const place = namespace === undefined ? {} : { namespace };
    return this.#informer(this.#options.hub, gvk, { ...place, transform: withoutManagedFields });
  }

  #informer(
    client: KubeClient,
    gvk: GroupVersionKind,
    more: Pick<InformerOptions, 'namespace' | 'transform'> = {},
  ): Informer {
    const { clock, ids = randomIds } = this.#options;
    return createInformer({
      client,
      gvk,
      clock,
      ids,
      logger: this.#logger,
      ...more,
    });
  }

  async start(): Promise<void> {
    const { hub, clock, hookTimeoutSeconds = 1800, workers = 32 } = this.#options;
    const informers = [this.#applications, this.#projects, this.#secrets];
    await Promise.all(informers.map(async (informer) => informer.start(this.#signal)));
    const applications = new ApplicationStore(this.#applications, hub);
    this.#reconciler = new ApplicationReconciler({
      clock,
      events: this.#events,
      logger: this.#logger,
      home: this.#home,
      applications,
      projects: this.#projects,
      parsedProjects: new WeakMap(),
      clusters: this.#clusters,
      renderer: this.#renderer,
      memory: this.#memory,
      readers: this.#readers,
      health: healthOf,
      hookTimeoutMs: hookTimeoutSeconds * 1000,
    });
    this.#controller = startController({
      name: 'application',
      reconciler: this.#reconciler,
      workers,
      clock,
      logger: this.#logger,
      signal: this.#signal,
    });
    this.#watch(this.#controller);
    this.#sets = this.#applicationSets(applications);
    await this.#sets.start();
  }

  #applicationSets(applications: ApplicationStore): ApplicationSets {
    const { hub, clock, forge, forgeApis = [] } = this.#options;
    return new ApplicationSets({
      hub,
      clock,
      applications,
      home: this.#home,
      logger: this.#logger,
      signal: this.#signal,
      events: this.#events,
      sets: this.#hubInformer(APPLICATION_SET_GVK, this.#home),
      applicationChanges: this.#applications,
      projects: this.#projects,
      secrets: this.#secrets,
      repositories: this.#repositories,
      checkDestination: (destination) => this.#clusters.find(destination),
      forgePolicy: { enabled: forge !== undefined, allowedApis: forgeApis },
      ...(forge === undefined ? {} : { forge }),
    });
  }

  /** Work is what changed an Application, its project, its cluster's registration, or its repository's credentials. */
  #watch(controller: Controller): void {
    this.#applications.onChange(({ before, after }) => {
      const object = after ?? before;
      if (object === undefined || (after !== undefined && !asksForWork(before, after))) return;
      controller.enqueue(requestOf(object));
    });
    this.#projects.onChange(({ before, after }) => {
      const name = (after ?? before)?.metadata.name;
      const users = this.#applications
        .list()
        .filter((object) => (object['spec'] as { project?: string } | undefined)?.project === name);
      this.#enqueueAll(users.map(requestOf));
    });
    this.#secrets.onChange(() => this.#enqueueAll(this.#applications.list().map(requestOf)));
    this.#enqueueAll(this.#applications.list().map(requestOf));
  }

  #enqueueAll(requests: readonly Request[]): void {
    for (const request of requests) this.#controller?.enqueue(request);
  }

  /** One move of a repository after the other: each begins where the one before has ended. */
  #moved(url: string, move: Move): void {
    this.#sets?.repositoryMoved(url);
    this.#following = this.#following
      .then(() => this.#follow(url, move))
      .catch((error: unknown) => {
        if (!this.#signal.aborted) this.#logger.error('cannot follow a push', { url, error: messageOf(error) });
      });
  }

  /** Applications that a push changes go first; the others only write down the new revision, and do so little by little. */
  async #follow(url: string, { reachability }: Move): Promise<void> {
    const repository = await this.#repositories.get(url);
    for (const [revision, readers] of this.#readers.of(url)) {
      const before = readers.at;
      // Where it cannot be resolved, those that read from it meet that and show it.
      readers.at = await repository.resolve(revision).catch(() => undefined);
      if (before === readers.at && !reachability) continue;
      this.#enqueueAll(await affectedReaders(readers, { repository, before }));
      this.#followUp.begin(readers);
    }
  }

  get work(): EngineWork {
    return { reconciled: this.#reconciler?.reconciled ?? 0, rendered: this.#renderer.rendered };
  }

  repositoryChanged(url: string): void {
    this.#repositories.changed(url);
  }

  async idle(): Promise<void> {
    await this.#following;
    await this.#sets?.idle();
    await this.#controller?.idle();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new DOMException('The engine was disposed', 'AbortError'));
    this.#followUp[Symbol.dispose]();
    await this.#controller?.[Symbol.asyncDispose]();
    await this.#sets?.[Symbol.asyncDispose]();
    const parts: readonly AsyncDisposable[] = [
      this.#events,
      this.#clusters,
      this.#repositories,
      this.#applications,
      this.#projects,
      this.#secrets,
    ];
    const ended = await Promise.allSettled(parts.map(async (part) => part[Symbol.asyncDispose]()));
    for (const result of ended) {
      if (result.status === 'rejected') this.#logger.warn('cannot close', { error: messageOf(result.reason) });
    }
  }
}

/** Those that the step from `before` to where the revision is now may change; all, where that cannot be told. */
async function affectedReaders(
  readers: RevisionReaders,
  { repository, before }: { readonly repository: OpenRepository; readonly before: string | undefined },
): Promise<readonly Request[]> {
  const { at } = readers;
  const everyone = (): readonly Request[] => [...readers.requests()];
  if (before === undefined || at === undefined) return everyone();
  const changes = await repository.changes(before, at);
  if (changes === undefined) return everyone();
  return readers.affected(changes, await repository.files(before), await repository.files(at));
}

function requestOf({
  metadata,
}: {
  readonly metadata: { readonly namespace?: string; readonly name?: string };
}): Request {
  return { namespace: metadata.namespace ?? '', name: metadata.name ?? '' };
}
