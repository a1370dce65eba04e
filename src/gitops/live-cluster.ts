import { asJson, builtinSchema, getPath, gvkOf, isApiError } from '../kube/index.ts';
import type { ApiResource, GroupVersionKind, KubeClient, KubeObject, SchemaNode } from '../kube/index.ts';
import { jsonEqual, messageOf, sleep } from '../core/index.ts';
import type { Clock, JsonObject, JsonValue, Logger } from '../core/index.ts';
import type { Informer } from '../controller/index.ts';
import type { ClusterRef } from './app-project.ts';
import type { HealthStatus } from './application.ts';
import { CustomSchemas } from './custom-schemas.ts';
import { ClusterUnavailableError } from './errors.ts';
import { definedKind } from './sync-order.ts';
import { resourceKey } from './sync-task.ts';
import { ownerOf } from './tracking.ts';
import { Written } from './written.ts';

export interface LiveClusterOptions {
  readonly ref: ClusterRef;
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly health: (live: KubeObject) => HealthStatus | undefined;
  readonly createInformer: (client: KubeClient, gvk: GroupVersionKind) => Informer;
  /** Something of the Application's changed in a way that may matter. */
  readonly onChange: (application: string) => void;
  /** The cluster stopped or started answering. */
  readonly onReachable: (cluster: LiveCluster) => void;
}

const DEFINITION: GroupVersionKind = { group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition' };
const SYNC_TIMEOUT_MS = 20_000;
const PROBE_MS = 10_000;

interface WatchedKind {
  readonly informer: Informer;
  readonly ready: Promise<void>;
}

function kindKey({ group, version, kind }: GroupVersionKind): string {
  return `${group}/${version}/${kind}`;
}

/** One cluster as far as Applications use it: the kinds they name, watched, with who owns what. */
export class LiveCluster implements AsyncDisposable {
  readonly ref: ClusterRef;
  readonly client: KubeClient;
  readonly #options: LiveClusterOptions;
  readonly #kinds = new Map<string, WatchedKind>();
  readonly #objects = new Map<string, KubeObject>();
  readonly #owned = new Map<string, Set<string>>();
  readonly #claims = new Map<string, ReadonlySet<string>>();
  /** The very lists that were claimed. */
  readonly #claimed = new Map<string, readonly KubeObject[]>();
  readonly #claimants = new Map<string, Set<string>>();
  readonly #written = new Written();
  readonly #deleted = new Map<string, string>();
  readonly #schemas = new CustomSchemas();
  readonly #closing = new AbortController();
  readonly #signal: AbortSignal;
  /** Kinds that were asked for and are not served. */
  readonly #missing = new Set<string>();
  #definitions: Informer | undefined;
  #probe: Disposable | undefined;
  readonly #stamps = new Map<string, number>();
  #generation = 0;
  /** Why the cluster does not answer. */
  failure: string | undefined;

  constructor(options: LiveClusterOptions) {
    this.#options = options;
    this.#signal = AbortSignal.any([options.signal, this.#closing.signal]);
    this.ref = options.ref;
    this.client = options.client;
    this.#scheduleProbe();
  }

  /**
   * Watches the kinds, those that the cluster serves; resolves when all are known.
   * @throws ClusterUnavailableError when the cluster does not answer in time
   */
  async watch(kinds: Iterable<GroupVersionKind>): Promise<void> {
    this.#watchDefinitions();
    const started: Promise<void>[] = [];
    for (const gvk of kinds) {
      if (this.#kinds.get(kindKey(gvk))?.informer.synced === true && builtinSchema(gvk) !== undefined) continue;
      const resource = await this.resourceFor(gvk);
      if (resource === undefined) this.#missing.add(groupKind(gvk));
      if (resource === undefined) continue;
      started.push(this.#start(gvk).ready);
      if (builtinSchema(gvk) === undefined) started.push(this.#schemas.load(this.client, resource, this.#signal));
    }
    if (started.length > 0) await this.#inTime(Promise.all(started));
  }

  /** The kind as served, undefined when it is not. @throws ClusterUnavailableError */
  async resourceFor(gvk: GroupVersionKind): Promise<ApiResource | undefined> {
    try {
      return await this.client.discovery.resourceFor(gvk, { signal: this.#signal });
    } catch (error) {
      if (isApiError(error, 'NotFound')) return undefined;
      throw this.#unavailable(error);
    }
  }

  /** The structure of a kind that is watched; undefined when nothing is known of it. */
  schema(object: KubeObject): SchemaNode | undefined {
    const gvk = gvkOf(object);
    return builtinSchema(gvk) ?? this.#schemas.get(gvk);
  }

  /** Another number whenever anything of the Application's may have changed here. */
  stamp(application: string): number {
    return this.#stamps.get(application) ?? 0;
  }

  /** Another number whenever the kinds that are served may have changed. */
  get generation(): number {
    return this.#generation;
  }

  /** Learns anew what the cluster serves, because a definition has changed. */
  invalidate(): void {
    this.#generation++;
    this.client.discovery.invalidate();
    this.#schemas.clear();
  }

  get(object: KubeObject): KubeObject | undefined {
    return this.#current(resourceKey(object));
  }

  /** What carries the Application's tracking id. */
  owned(application: string): readonly KubeObject[] {
    return [...(this.#owned.get(application) ?? [])].flatMap((key) => this.#current(key) ?? []);
  }

  /** The Application wants these objects, and no others: it is told of their changes, whoever owns them. */
  claim(application: string, objects: readonly KubeObject[]): void {
    if (this.#claimed.get(application) === objects) return;
    this.#claimed.set(application, objects);
    const keys = new Set(objects.map(resourceKey));
    for (const key of this.#claims.get(application) ?? []) {
      if (!keys.has(key)) this.#unclaim(key, application);
    }
    for (const key of keys) this.#claimants.set(key, (this.#claimants.get(key) ?? new Set()).add(application));
    if (keys.size > 0) this.#claims.set(application, keys);
    else {
      this.#claims.delete(application);
      this.#claimed.delete(application);
    }
  }

  /** The Application wants nothing any more; others that want the same objects are told. */
  release(application: string): void {
    const keys = this.#claims.get(application) ?? [];
    this.claim(application, []);
    const others = new Set([...keys].flatMap((key) => [...(this.#claimants.get(key) ?? [])]));
    for (const other of others) this.#options.onChange(other);
  }

  /** The Applications that want the object. */
  claimants(object: KubeObject): ReadonlySet<string> {
    return this.#claimants.get(resourceKey(object)) ?? new Set();
  }

  /** Every Application that has claimed something here. */
  applications(): readonly string[] {
    return [...this.#claims.keys()];
  }

  #unclaim(key: string, application: string): void {
    const set = this.#claimants.get(key);
    if (set?.delete(application) === true && set.size === 0) this.#claimants.delete(key);
  }

  /** Remembers what the API server answered to a write, until the watch has caught up. */
  note(object: KubeObject): void {
    const key = resourceKey(object);
    this.#written.note(key, object);
    this.#deleted.delete(key);
    this.#index(key, undefined, object);
    this.#touch(this.#concerned(key, undefined, object));
  }

  /** Remembers that the object is being deleted, until the watch says so. */
  noteDeleted(object: KubeObject): void {
    const key = resourceKey(object);
    this.#deleted.set(key, object.metadata.uid ?? '');
    this.#touch(this.#concerned(key, object, undefined));
  }

  #current(key: string): KubeObject | undefined {
    const object = this.#written.newest(key, this.#objects.get(key));
    if (object === undefined || this.#deleted.get(key) !== (object.metadata.uid ?? '')) return object;
    const deletionTimestamp = object.metadata.deletionTimestamp ?? new Date(this.#options.clock.now()).toISOString();
    return { ...object, metadata: { ...object.metadata, deletionTimestamp } };
  }

  /** Learns of kinds that appear or change, whoever brings them. */
  #watchDefinitions(): void {
    if (this.#definitions !== undefined) return;
    const informer = this.#options.createInformer(this.client, DEFINITION);
    this.#definitions = informer;
    informer.onChange(({ before, after }) => {
      if (informer.synced) this.#defined(before, after);
    });
    informer.start(this.#signal).catch((error: unknown) => {
      if (!this.#signal.aborted) this.#options.logger.warn('cannot watch definitions', { error: messageOf(error) });
    });
  }

  #defined(before: KubeObject | undefined, after: KubeObject | undefined): void {
    const served = (object: KubeObject | undefined): JsonValue => [
      getPath(object, 'spec') ?? null,
      getPath(object, 'status', 'conditions') ?? null,
    ];
    if (jsonEqual(served(before), served(after))) return;
    this.invalidate();
    const kind = after === undefined ? undefined : definedKind(after);
    if (kind === undefined || !this.#missing.delete(kind)) return;
    for (const application of this.applications()) this.#options.onChange(application);
  }

  #start(gvk: GroupVersionKind): WatchedKind {
    const key = kindKey(gvk);
    const known = this.#kinds.get(key);
    if (known !== undefined) return known;
    const informer = this.#options.createInformer(this.client, gvk);
    informer.onChange(({ before, after }) => this.#changed(before, after));
    const ready = informer.start(this.#signal);
    const watched = { informer, ready };
    this.#kinds.set(key, watched);
    ready.catch(() => {
      if (this.#kinds.get(key) === watched) this.#kinds.delete(key);
    });
    return watched;
  }

  #changed(before: KubeObject | undefined, after: KubeObject | undefined): void {
    const object = after ?? before;
    if (object === undefined) return;
    const key = resourceKey(object);
    // What is known from the answer to our own write changes nothing, but a sync may wait to hear that it has arrived.
    const known = after !== undefined && isSameVersion(after, this.#current(key));
    if (after === undefined) {
      this.#objects.delete(key);
      this.#written.forget(key);
      this.#deleted.delete(key);
    } else {
      this.#objects.set(key, after);
      this.#written.seen(key, after);
    }
    this.#index(key, before, after);
    const told = this.#concerned(key, before, after);
    if (!known) this.#touch(told);
    if (!isRelevant(before, after, this.#options.health)) return;
    for (const application of told) this.#options.onChange(application);
  }

  #concerned(key: string, ...sides: readonly (KubeObject | undefined)[]): ReadonlySet<string> {
    const owners = sides.flatMap((side) => (side === undefined ? [] : (ownerOf(side) ?? [])));
    return new Set([...(this.#claimants.get(key) ?? []), ...owners]);
  }

  #touch(applications: Iterable<string>): void {
    for (const application of applications) this.#stamps.set(application, this.stamp(application) + 1);
  }

  #index(key: string, before: KubeObject | undefined, after: KubeObject | undefined): void {
    const old = before === undefined ? undefined : ownerOf(before);
    const now = after === undefined ? undefined : ownerOf(after);
    if (old !== undefined && old !== now) this.#owned.get(old)?.delete(key);
    if (now !== undefined) this.#owned.set(now, (this.#owned.get(now) ?? new Set()).add(key));
  }

  async #inTime(work: Promise<unknown>): Promise<void> {
    const late = new AbortController();
    const timeout = sleep(this.#options.clock, SYNC_TIMEOUT_MS, late.signal).then(() => {
      throw this.#unavailable(new Error('no answer in time'));
    });
    try {
      await Promise.race([work, timeout]);
    } catch (error) {
      throw error instanceof ClusterUnavailableError ? error : this.#unavailable(error);
    } finally {
      late.abort();
      timeout.catch(() => undefined);
    }
  }

  #unavailable(error: unknown): ClusterUnavailableError {
    const message = `Cluster ${this.ref.name || this.ref.server} does not answer: ${messageOf(error)}`;
    return new ClusterUnavailableError(message, { cause: error });
  }

  /** Finds out about a cluster that fell silent: a watch alone would not tell. */
  #scheduleProbe(): void {
    this.#probe = this.#options.clock.after(PROBE_MS, () => {
      this.#ask()
        .finally(() => {
          if (!this.#signal.aborted) this.#scheduleProbe();
        })
        .catch((error: unknown) => this.#options.logger.error('cannot probe cluster', { error: messageOf(error) }));
    });
  }

  async #ask(): Promise<void> {
    const before = this.failure;
    try {
      await this.client.get({ group: '', version: 'v1', kind: 'Namespace', name: 'default' }, { signal: this.#signal });
      this.failure = undefined;
    } catch (error) {
      if (this.#signal.aborted) return;
      const answered = isApiError(error) && error.status.httpCode < 500;
      this.failure = answered ? undefined : this.#unavailable(error).message;
    }
    if ((before === undefined) !== (this.failure === undefined)) this.#options.onReachable(this);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#probe?.[Symbol.dispose]();
    this.#closing.abort();
    await this.#definitions?.[Symbol.asyncDispose]();
    for (const { informer } of this.#kinds.values()) await informer[Symbol.asyncDispose]();
  }
}

/** Whether both are one object in one version, whoever told of it. */
export function isSameVersion(a: KubeObject | undefined, b: KubeObject | undefined): boolean {
  if (a === b) return true;
  const [one, other] = [a?.metadata, b?.metadata];
  return (
    one?.resourceVersion !== undefined &&
    one.resourceVersion === other?.resourceVersion &&
    one.uid === other.uid &&
    one.deletionTimestamp === other.deletionTimestamp
  );
}

const VOLATILE = ['managedFields', 'resourceVersion', 'generation', 'selfLink'];

/** Whether a change can alter what is compared or shown: not when only bookkeeping moved, or a status of equal health. */
function isRelevant(
  before: KubeObject | undefined,
  after: KubeObject | undefined,
  health: LiveClusterOptions['health'],
): boolean {
  if (before === undefined || after === undefined) return true;
  const left = asJson(before);
  const right = asJson(after);
  const fields = new Set([...Object.keys(left), ...Object.keys(right)]);
  fields.delete('status');
  fields.delete('metadata');
  if (!jsonEqual(stable(left['metadata']), stable(right['metadata']))) return true;
  for (const field of fields) if (!jsonEqual(left[field], right[field])) return true;
  return !sameHealth(health(before), health(after));
}

function sameHealth(a: HealthStatus | undefined, b: HealthStatus | undefined): boolean {
  return a?.status === b?.status && a?.message === b?.message;
}

function stable(metadata: JsonValue | undefined): JsonObject {
  const copy = { ...(metadata as JsonObject | undefined) };
  for (const field of VOLATILE) Reflect.deleteProperty(copy, field);
  return copy;
}

function groupKind({ group, kind }: GroupVersionKind): string {
  return `${group}/${kind}`;
}
