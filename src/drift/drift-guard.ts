import type { Clock, Logger } from '../core/index.ts';
import { createInformer, startController } from '../controller/index.ts';
import type { Change } from '../controller/index.ts';
import { DRIFT } from '../evidence/index.ts';
import type { DriftFact, Fact, Ledger } from '../evidence/index.ts';
import { gvkOf } from '../kube/index.ts';
import type { KubeClient, KubeObject } from '../kube/index.ts';
import { applicationSchema, destinationOf } from './application-view.ts';
import type { ApplicationView } from './application-view.ts';
import { observe } from './drift-state.ts';
import type { Observed, OpenDrift } from './drift-state.ts';
import { WatchedKinds } from './watched-kinds.ts';

export interface DriftGuardOptions {
  readonly hub: KubeClient;
  /** A cluster by the name that Applications give as destination. */
  readonly connect: (cluster: string) => Promise<KubeClient>;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

const APPLICATION = { group: 'argoproj.io', version: 'v1alpha1', kind: 'Application' };

/**
 * Watches every object that an Application of the hub owns. A change that neither the engine nor a declared co-owner
 * made is logged with its fields and who made it; once it is put right, that goes into the ledger. What is open is
 * forgotten when the process ends: the engine heals it all the same.
 */
export async function startDriftGuard(options: DriftGuardOptions): Promise<AsyncDisposable> {
  const guard = new DriftGuard(options);
  await guard.start();
  return guard;
}

class DriftGuard implements AsyncDisposable {
  readonly #options: DriftGuardOptions;
  readonly #stack = new AsyncDisposableStack();
  readonly #kinds: WatchedKinds;
  /** Applications by the objects that they own. */
  readonly #owners = new Map<string, ApplicationView>();
  readonly #observed = new Map<string, Observed>();
  /** Facts on their way to the ledger, by id. */
  readonly #facts = new Map<string, Fact>();
  #record: (id: string) => void = () => undefined;

  constructor(options: DriftGuardOptions) {
    this.#options = options;
    const connect = (cluster: string | undefined): KubeClient | Promise<KubeClient> =>
      cluster === undefined ? options.hub : options.connect(cluster);
    this.#kinds = new WatchedKinds({
      ...options,
      connect: async (cluster) => connect(cluster),
      onChange: (cluster, change) => this.#changed(cluster, change),
    });
  }

  async start(): Promise<void> {
    const { hub, clock, logger, signal } = this.#options;
    this.#stack.use(this.#kinds);
    const recorder = startController({
      name: 'drift-recorder',
      workers: 1,
      ...{ clock, logger, signal },
      backoff: { base: 200, cap: 30_000 },
      reconciler: { reconcile: async ({ name }, stop) => this.#append(name, stop) },
    });
    this.#record = (name) => recorder.enqueue({ name });
    this.#stack.use(recorder);
    const applications = this.#stack.use(createInformer({ client: hub, gvk: APPLICATION, clock, logger }));
    applications.onChange(({ before, after }) => this.#own(before, after));
    await applications.start(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }

  #own(before: KubeObject | undefined, after: KubeObject | undefined): void {
    const [old, application] = [parse(before), parse(after)];
    const kept = new Set(application === undefined ? [] : keysOf(application));
    for (const key of old === undefined ? [] : keysOf(old)) {
      if (kept.has(key)) continue;
      this.#owners.delete(key);
      this.#observed.delete(key);
    }
    if (application === undefined) return;
    for (const key of kept) this.#owners.set(key, application);
    const cluster = destinationOf(application);
    for (const { group, version, kind } of application.status.resources) {
      void this.#kinds.watch(cluster, { group, version, kind });
    }
  }

  #changed(cluster: string | undefined, { before, after }: Change): void {
    const object = after ?? before;
    if (object === undefined) return;
    const key = keyOf(cluster, { ...gvkOf(object), ...nameOf(object) });
    const owner = this.#owners.get(key);
    // A watch may show an object before the Application names it; what is seen then is where it starts from.
    const syncing = owner === undefined || owner.status.operationState?.phase === 'Running';
    const { clock, logger } = this.#options;
    const { next, found, healed } = observe(this.#observed.get(key), { after, now: clock.now(), syncing });
    if (next === undefined) this.#observed.delete(key);
    else
      this.#observed.set(key, owner === undefined ? { approved: next.current ?? next.approved, current: after } : next);
    if (owner === undefined) return;
    const about = { application: owner.metadata.name, object: describe(object) };
    if (found !== undefined) logger.warn('drift', { ...about, fields: found.fields.join(' '), actor: found.actor });
    if (healed === undefined) return;
    logger.info('drift was corrected', about);
    const fact = factOf(healed, { owner, object, healedAt: clock.now() });
    this.#facts.set(fact.id, fact);
    this.#record(fact.id);
  }

  async #append(id: string, signal: AbortSignal): Promise<undefined> {
    const fact = this.#facts.get(id);
    if (fact === undefined) return;
    await this.#options.ledger.append(fact, signal);
    this.#facts.delete(id);
  }
}

function parse(object: KubeObject | undefined): ApplicationView | undefined {
  const parsed = applicationSchema.safeParse(object);
  return parsed.success ? parsed.data : undefined;
}

interface ObjectName {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

function keysOf(application: ApplicationView): readonly string[] {
  const cluster = destinationOf(application);
  return application.status.resources.map((resource) => keyOf(cluster, resource));
}

function keyOf(cluster: string | undefined, { group, kind, namespace, name }: ObjectName): string {
  return [cluster ?? '', group, kind, namespace, name].join('|');
}

function nameOf({ metadata: { namespace = '', name = '' } }: KubeObject): Pick<ObjectName, 'namespace' | 'name'> {
  return { namespace, name };
}

function describe(object: KubeObject): string {
  const { namespace, name } = nameOf(object);
  return `${object.kind} ${namespace === '' ? name : `${namespace}/${name}`}`;
}

interface Healing {
  readonly owner: ApplicationView;
  readonly object: KubeObject;
  readonly healedAt: number;
}

function factOf({ id, fields, actor, since }: OpenDrift, { owner, object, healedAt }: Healing): Fact {
  const environment = destinationOf(owner) ?? 'hub';
  const fact: DriftFact = {
    environment,
    application: owner.metadata.name,
    object: describe(object),
    fields: [...fields],
    actor,
    since: new Date(since).toISOString(),
    healedAt: new Date(healedAt).toISOString(),
  };
  const revision = owner.status.sync?.revision ?? '';
  return {
    id: `drift/${environment}/${id}`,
    predicateType: DRIFT,
    subject: [{ name: owner.metadata.name, digest: { gitCommit: revision } }],
    predicate: fact,
  };
}
