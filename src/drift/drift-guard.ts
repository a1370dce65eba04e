import { createInformer } from '../controller/index.ts';
import type { Change } from '../controller/index.ts';
import { messageOf, randomIds, randomSecret } from '../core/index.ts';
import type { Clock, Fetch, Ids, Logger } from '../core/index.ts';
import type { Ledger } from '../evidence/index.ts';
import { apiVersionOf, gvkOf } from '../kube/index.ts';
import type { KubeClient, KubeObject } from '../kube/index.ts';
import { alertmanagerSink, eventSink, logSink } from './alert-sinks.ts';
import { Alerts } from './alerts.ts';
import { mayHaveDeleted, parseApplication } from './application-view.ts';
import type { ApplicationView, ObjectName } from './application-view.ts';
import type { AuditAnswer, AuditTrail } from './audit-trail.ts';
import { changesOf } from './changes.ts';
import { NAMESPACE } from './drift-record.ts';
import { observe } from './drift-state.ts';
import type { Observed, OpenDrift, Transition } from './drift-state.ts';
import { GuardedObjects, HUB, keyOf, nameOf } from './guarded-objects.ts';
import type { Guarded } from './guarded-objects.ts';
import { Healer, valuesOf } from './healer.ts';
import { Journal } from './journal.ts';
import type { Subject } from './journal.ts';
import { GUARD } from './ownership.ts';
import { PolicyWatch } from './policy-watch.ts';
import { startRounds } from './rounds.ts';
import { WatchedKinds } from './watched-kinds.ts';

export interface DriftGuardOptions {
  readonly hub: KubeClient;
  /** A cluster by the name, or URL, that Applications give as destination. */
  readonly connect: (cluster: string) => Promise<KubeClient>;
  /** The audit log of a cluster (`undefined`: the hub), where it has one. @default none */
  readonly audit?: (cluster: string | undefined) => Promise<AuditTrail | undefined>;
  readonly ledger: Ledger;
  /** For the Alertmanagers that a DriftPolicy names. */
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** @default random */
  readonly ids?: Ids;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

export interface DriftGuard extends AsyncDisposable {
  /** Goes the same ways as its own alerts. */
  readonly alerts: Pick<Alerts, 'fire' | 'resolve'>;
}

const APPLICATION = { group: 'argoproj.io', version: 'v1alpha1', kind: 'Application' };

/**
 * Watches every object that an Application of the hub owns. What Git did not set, no declared controller owns and no
 * exception covers is drift: it is told with its fields and who changed them, taken back where the engine does not, and
 * recorded. The rules are in docs/spec/drift.md.
 */
export async function startDriftGuard(options: DriftGuardOptions): Promise<DriftGuard> {
  const guard = new Guard(options);
  await guard.start();
  return guard;
}

class Guard implements DriftGuard {
  readonly #options: DriftGuardOptions;
  readonly #stack = new AsyncDisposableStack();
  readonly #policies: PolicyWatch;
  readonly #kinds: WatchedKinds;
  readonly #guarded: GuardedObjects;
  readonly #alerts: Alerts;
  readonly #journal: Journal;
  readonly #healer: Healer;
  /** As last seen, of the kinds that are watched. */
  readonly #objects = new Map<string, { readonly cluster: string | undefined; readonly object: KubeObject }>();
  readonly #observed = new Map<string, Observed>();
  /** Deletions of which it is being found out whose they are. */
  readonly #leaving = new Set<string>();
  /** First sights of which it is being found out whether they are the server's own defaults; `false` once it is known. */
  readonly #probing = new Map<string, boolean>();

  constructor(options: DriftGuardOptions) {
    this.#options = options;
    const { hub, clock, logger, signal, ids = randomIds } = options;
    const connect = async (cluster: string | undefined): Promise<KubeClient> =>
      cluster === undefined ? hub : options.connect(cluster);
    const own = this.#stack;
    this.#alerts = own.use(new Alerts({ clock, logger, signal }, [logSink(logger), eventSink({ hub, ids })]));
    this.#policies = own.use(new PolicyWatch({ hub, clock, logger, onChange: () => this.#policyChanged() }));
    this.#guarded = new GuardedObjects(() => this.#policies.policy);
    const ask = async (subject: Subject, drift: OpenDrift, stop: AbortSignal) => this.#ask(subject, drift, stop);
    this.#journal = own.use(new Journal({ ...options, alerts: this.#alerts, salt: randomSecret(), ask }));
    this.#healer = own.use(
      new Healer({
        ...{ connect, clock, logger, signal },
        patient: (key) => this.#patient(key),
        fresh: async (application, stop) => this.#fresh(application, stop),
        wait: (key, field) => this.#journal.wait(key, field),
        onDefault: (key, object, changes) => {
          for (const [field, value] of valuesOf(object, changes)) this.#guarded.noteDefault(key, field, value);
          this.#judge(key);
        },
      }),
    );
    const onChange = (cluster: string | undefined, change: Change): void => this.#changed(cluster, change);
    this.#kinds = own.use(new WatchedKinds({ ...{ connect, clock, logger, signal, onChange } }));
  }

  get alerts(): Alerts {
    return this.#alerts;
  }

  async start(): Promise<void> {
    const { hub, clock, logger, signal } = this.#options;
    await this.#journal.load(signal);
    await this.#policies.start(signal);
    this.#policyChanged();
    const applications = this.#stack.use(createInformer({ client: hub, gvk: APPLICATION, clock, logger }));
    applications.onChange(({ before, after }) => this.#own(parseApplication(before), parseApplication(after)));
    await applications.start(signal);
    this.#stack.use(
      startRounds({
        ...{ clock, logger, signal, hub, kinds: this.#kinds, alerts: this.#alerts, journal: this.#journal },
        connect: async (cluster) => (cluster === undefined ? hub : this.#options.connect(cluster)),
        look: async (stop) => {
          await this.#policies.start(stop);
          this.#watchKinds();
          this.#judgeAll();
        },
        onSettled: (cluster, gvk) => {
          for (const { name, ...guarded } of this.#guarded.expected(cluster, gvk))
            this.#missed(guarded, name, gvk.version);
        },
      }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }

  #policyChanged(): void {
    const { clock, fetch } = this.#options;
    const sinks = this.#policies.policy.alertmanagers.map((base) => alertmanagerSink(base, { clock, fetch }));
    this.#alerts.setSinks(['log', 'events'], sinks);
    this.#watchKinds();
    this.#judgeAll();
  }

  #watchKinds(): void {
    for (const { cluster, gvk } of this.#guarded.kinds()) this.#kinds.watch(cluster, gvk);
  }

  #judgeAll(): void {
    for (const key of this.#objects.keys()) this.#judge(key);
  }

  #own(old: ApplicationView | undefined, application: ApplicationView | undefined): void {
    const before = old ?? application;
    const { kept, lost } = this.#guarded.own(old, application);
    for (const key of lost) this.#release(key, before);
    this.#watchKinds();
    for (const key of kept) this.#judge(key);
  }

  /** Git no longer wants the object, or nobody does. */
  #release(key: string, application: ApplicationView | undefined): void {
    const known = this.#observed.get(key);
    this.#observed.delete(key);
    this.#guarded.forget(key);
    if (known?.drift === undefined || application === undefined) return;
    const [cluster = ''] = key.split('|');
    const guarded = { key, cluster: cluster === '' ? undefined : cluster, application, added: false, removable: false };
    this.#journal.healed(subjectOf(guarded, known.approved), { drift: known.drift, by: '' });
  }

  #changed(cluster: string | undefined, { before, after }: Change): void {
    const object = after ?? before;
    if (object === undefined) return;
    const key = keyOf(cluster, nameOf(object));
    if (after === undefined) this.#objects.delete(key);
    else this.#objects.set(key, { cluster, object: after });
    if (after === undefined || after.metadata.deletionTimestamp !== undefined) this.#gone(cluster, object, key);
    else this.#judge(key);
  }

  /** Compares an object with what is wanted of it, and acts on what follows. */
  #judge(key: string): void {
    const seen = this.#objects.get(key);
    if (seen === undefined || this.#leaving.has(key) || seen.object.metadata.deletionTimestamp !== undefined) return;
    const { cluster, object } = seen;
    const guarded = this.#guarded.find(cluster, object);
    if (guarded === undefined) return;
    const now = this.#options.clock.now();
    const added = guarded.added && !this.#guarded.isExceptedWhole(guarded, object, now);
    if (guarded.added && !added && this.#observed.get(key)?.drift === undefined) return;
    const rules = this.#guarded.rules(guarded, object, now);
    if (!added && !this.#observed.has(key) && this.#mustProbe(guarded, object)) return;
    this.#act(guarded, object, observe(this.#observed.get(key), { after: object, now, syncing: false, added, rules }));
  }

  /** What somebody else owns at first sight may be what the server fills in anyway: that is no drift. */
  #mustProbe(guarded: Guarded, object: KubeObject): boolean {
    const { key } = guarded;
    const state = this.#probing.get(key);
    if (state !== undefined) return state;
    const now = this.#options.clock.now();
    const rules = this.#guarded.rules(guarded, object, now);
    const changes = changesOf({ approved: undefined, after: object, writer: undefined, rules, now });
    if (changes.length === 0) return false;
    this.#probing.set(key, true);
    void this.#healer
      .probe(guarded, object, changes)
      .then((defaults) => {
        for (const [field, value] of valuesOf(object, defaults)) this.#guarded.noteDefault(key, field, value);
      })
      .catch((error: unknown) => this.#options.logger.debug('cannot try a heal', { error: messageOf(error) }))
      .finally(() => {
        this.#probing.set(key, false);
        this.#judge(key);
        this.#probing.delete(key);
      });
    return true;
  }

  #act(guarded: Guarded, object: KubeObject, { next, found, healed }: Transition): void {
    const { key } = guarded;
    if (next === undefined) this.#observed.delete(key);
    else this.#observed.set(key, next);
    const subject = subjectOf(guarded, object);
    if (found !== undefined) this.#journal.found(subject, found);
    if (healed !== undefined) {
      const own = healed.by === '' && (this.#healer.isWriting(key) || guarded.removable);
      this.#journal.healed(subject, own ? { ...healed, by: GUARD } : healed);
    }
    if (next?.drift !== undefined) this.#healer.heal(key);
  }

  /** An object was deleted, or is about to be: by the engine, or is that drift? The hub knows. */
  #gone(cluster: string | undefined, object: KubeObject, key: string): void {
    const guarded = this.#guarded.find(cluster, object);
    const known = this.#observed.get(key);
    if (guarded === undefined || known?.drift?.kind === 'AddedObject') {
      if (this.#objects.has(key)) return;
      if (guarded === undefined || known === undefined) this.#observed.delete(key);
      else this.#act(guarded, object, observe(known, this.#deletion(guarded, object, false)));
      return;
    }
    if (this.#leaving.has(key) || guarded.added) return;
    this.#leaving.add(key);
    const sighting = this.#deletion(guarded, object, false);
    void this.#fresh(guarded.application, this.#options.signal)
      .catch(() => guarded.application)
      .then((application) => {
        this.#leaving.delete(key);
        const syncing = application === undefined || mayHaveDeleted(application, nameOf(object));
        const before = this.#observed.get(key) ?? { approved: object, current: object };
        this.#act(guarded, object, observe(before, { ...sighting, syncing }));
        this.#judge(key);
      });
  }

  #deletion(guarded: Guarded, object: KubeObject, syncing: boolean): Parameters<typeof observe>[1] {
    const now = this.#options.clock.now();
    return { after: undefined, now, syncing, added: false, rules: this.#guarded.rules(guarded, object, now) };
  }

  /** An object that Git wants was gone before the guard looked. */
  #missed(guarded: Guarded, { namespace, name, ...gk }: ObjectName, version: string): void {
    const { key } = guarded;
    if (this.#objects.has(key) || this.#observed.has(key) || this.#leaving.has(key)) return;
    const object: KubeObject = {
      apiVersion: apiVersionOf({ ...gk, version }),
      kind: gk.kind,
      metadata: {
        name,
        ...(namespace === '' ? {} : { namespace }),
        resourceVersion: String(this.#options.clock.now()),
      },
    };
    this.#gone(guarded.cluster, object, key);
  }

  #patient(key: string): { readonly guarded: Guarded; readonly observed: Observed } | undefined {
    const seen = this.#objects.get(key);
    const observed = this.#observed.get(key);
    if (seen === undefined || observed?.drift === undefined) return undefined;
    const guarded = this.#guarded.find(seen.cluster, seen.object);
    return guarded === undefined ? undefined : { guarded, observed };
  }

  async #fresh({ metadata }: ApplicationView, signal: AbortSignal): Promise<ApplicationView | undefined> {
    const { name, namespace } = metadata;
    return parseApplication(
      await this.#options.hub.get({ ...APPLICATION, namespace: namespace || NAMESPACE, name }, { signal }),
    );
  }

  async #ask(
    { key, cluster, object }: Subject,
    drift: OpenDrift,
    signal: AbortSignal,
  ): Promise<AuditAnswer | undefined> {
    const target = cluster === HUB ? undefined : (key.split('|')[0] ?? cluster);
    const trail = await this.#options.audit?.(target);
    if (trail === undefined) return undefined;
    const client = target === undefined ? this.#options.hub : await this.#options.connect(target);
    const { group, resource } = await client.discovery.resourceFor(gvkOf(object), { signal });
    const { namespace = '', name = '', uid = '' } = object.metadata;
    const resourceVersion = drift.id.slice(drift.id.lastIndexOf('/') + 1);
    return trail({ group, resource, namespace, name, uid, resourceVersion, deleted: drift.kind === 'Deleted' }, signal);
  }
}

function subjectOf({ key, cluster, application }: Guarded, object: KubeObject): Subject {
  const { metadata, status } = application;
  return { key, cluster: cluster ?? HUB, application: metadata.name, revision: status.sync?.revision ?? '', object };
}
