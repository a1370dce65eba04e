import { messageOf } from '../core/index.ts';
import type { Clock, Logger } from '../core/index.ts';
import { startController } from '../controller/index.ts';
import type { Controller } from '../controller/index.ts';
import type { Ledger } from '../evidence/index.ts';
import { gvkOf, isApiError } from '../kube/index.ts';
import type { GroupVersionKind, KubeClient, KubeObject } from '../kube/index.ts';
import type { Alerts } from './alerts.ts';
import type { AuditAnswer } from './audit-trail.ts';
import type { Healed, OpenDrift } from './drift-state.ts';
import { DRIFT_EVENT, NAMESPACE, driftEventOf, factOf, objectText, outdated, parseDriftEvent } from './drift-record.ts';
import type { DriftRecord, ShownChange } from './drift-record.ts';
import { LOOP_LIMITS, LoopBreaker } from './loop-breaker.ts';
import { shownValue } from './shown-value.ts';

/** What a drift is about. */
export interface Subject {
  /** Names the object among all of all clusters. */
  readonly key: string;
  /** `hub` for the hub itself. */
  readonly cluster: string;
  readonly application: string;
  readonly revision: string;
  /** As last seen. */
  readonly object: KubeObject;
}

export interface JournalOptions {
  readonly hub: KubeClient;
  readonly ledger: Ledger;
  readonly alerts: Alerts;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Who made the write that a drift began with. */
  readonly ask: (subject: Subject, drift: OpenDrift, signal: AbortSignal) => Promise<AuditAnswer | undefined>;
  /** For the hashes of secrets. */
  readonly salt: string;
}

const SEVERITY = { StoaDrift: 'warning', StoaDriftPersists: 'critical', StoaDriftLoop: 'critical' } as const;

interface Loop {
  record: DriftRecord;
  readonly keys: readonly string[];
  open: boolean;
}

/** Drift that is open for longer than this is no longer a matter of healing. */
const PERSISTS_MS = 60_000;

/** Tells of drift and keeps it: the log, alerts, a DriftEvent on the hub, and once it is over a fact in the ledger. */
export class Journal implements AsyncDisposable {
  readonly #options: JournalOptions;
  readonly #breaker = new LoopBreaker();
  /** By key of the object. */
  readonly #open = new Map<string, DriftRecord>();
  readonly #loops = new Map<string, Loop>();
  /** Open DriftEvents of an earlier run that have not been seen again, by the object. */
  readonly #inherited = new Map<string, DriftRecord>();
  /** To be written, by id; with the question who did it. */
  readonly #waiting = new Map<string, DriftRecord>();
  readonly #answers = new Map<string, Promise<AuditAnswer | undefined>>();
  readonly #writer: Controller;

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#writer = startController({
      name: 'drift-recorder',
      workers: 2,
      clock: options.clock,
      logger: options.logger,
      signal: options.signal,
      backoff: { base: 200, cap: 30_000 },
      reconciler: { reconcile: async ({ name }, signal) => this.#write(name, signal) },
    });
  }

  /** Takes over what was open when the last run ended. */
  async load(signal: AbortSignal): Promise<void> {
    for (const object of await this.#events(signal)) {
      const record = parseDriftEvent(object);
      if (record !== undefined && record.phase !== 'Healed')
        this.#inherited.set(objectKey(record.cluster, record.object), record);
    }
  }

  /** All objects of a kind have been looked at: what was open before and is not seen any more was put right meanwhile. */
  settle(cluster: string, { group, kind }: GroupVersionKind): void {
    for (const [key, record] of this.#inherited) {
      if (record.cluster !== cluster || record.object.group !== group || record.object.kind !== kind) continue;
      this.#inherited.delete(key);
      this.#close(record, '');
    }
  }

  /** A drift is new, or concerns more fields than before. */
  found(subject: Subject, drift: OpenDrift): void {
    const { clock, logger } = this.#options;
    for (const key of keysOf(subject.key, drift)) this.#breaker.found(key, clock.now());
    const loop = this.#loops.get(subject.key);
    if (loop !== undefined) {
      loop.open = true;
      return;
    }
    const record = this.#recordOf(subject, drift);
    this.#open.set(subject.key, record);
    logger.warn('drift', { ...placeOf(record), kind: record.kind, fields: fieldsOf(record), actor: record.actor });
    this.#alert('StoaDrift', record, `${fieldsOf(record)} changed past Git by ${record.actor || 'somebody'}`);
    this.#answers.set(
      record.id,
      this.#options.ask(subject, drift, this.#options.signal).catch((error: unknown) => {
        logger.debug('cannot ask the audit log', { error: messageOf(error) });
        return undefined;
      }),
    );
    this.#record(record);
  }

  healed(subject: Subject, { drift, by }: Healed): void {
    const now = this.#options.clock.now();
    const keys = keysOf(subject.key, drift);
    const trips = keys.map((key) => this.#breaker.healed(key, now)).includes(true);
    const loop = this.#loops.get(subject.key);
    if (loop !== undefined) {
      loop.open = false;
      loop.record = { ...loop.record, ...this.#over(by), repeats: (loop.record.repeats ?? 0) + 1 };
      return;
    }
    const record = this.#open.get(subject.key);
    if (record === undefined) return;
    this.#open.delete(subject.key);
    if (trips) this.#startLoop(subject.key, keys, { ...record, ...this.#over(by) });
    else this.#close(record, by);
  }

  /** Milliseconds for which a field is to be left alone, because it is fought over. */
  wait(key: string, field: string): number {
    return this.#breaker.wait(keyOf(key, field), this.#options.clock.now());
  }

  /** To be called now and then: ends loops that have calmed down, and tells of drift that stays. */
  sweep(): void {
    const now = this.#options.clock.now();
    this.#breaker.sweep(now, (key) => this.#loops.get(objectOf(key))?.open === true);
    for (const [key, loop] of this.#loops) {
      if (loop.keys.some((one) => this.#breaker.isTripped(one))) continue;
      this.#loops.delete(key);
      this.#options.alerts.resolve(fingerprint('StoaDriftLoop', loop.record));
      this.#close(loop.record, loop.record.healedBy ?? '', loop.record.healedAt);
    }
    for (const record of this.#open.values()) {
      if (now - Date.parse(record.foundAt) < PERSISTS_MS) continue;
      this.#alert('StoaDriftPersists', record, `${fieldsOf(record)} is not as Git wants it for over a minute`);
    }
  }

  /** Deletes DriftEvents that nobody needs any more. */
  async prune(signal: AbortSignal): Promise<void> {
    for (const { metadata } of outdated(await this.#events(signal), this.#options.clock.now())) {
      await this.#options.hub.delete({ ...DRIFT_EVENT, namespace: NAMESPACE, name: metadata.name ?? '' }, { signal });
    }
  }

  #recordOf({ cluster, application, revision, object, key }: Subject, drift: OpenDrift): DriftRecord {
    const { namespace = '', name = '', uid = '' } = object.metadata;
    const named = { ...gvkOf(object), namespace, name, uid };
    const inherited = objectKey(cluster, named);
    const known = this.#open.get(key) ?? this.#inherited.get(inherited);
    this.#inherited.delete(inherited);
    const begun = known ?? {
      ...{ id: drift.id, actor: drift.actor, foundAt: this.#now(), changes: [] },
      since: new Date(drift.since).toISOString(),
    };
    const earlier = new Map(begun.changes.map((change) => [change.field, change]));
    return {
      ...{ id: begun.id, cluster, application, revision, object: named, kind: drift.kind },
      changes: drift.changes.map((change) => earlier.get(change.field) ?? this.#shown(object.kind, change)),
      ...{ actor: begun.actor, since: begun.since, foundAt: begun.foundAt, phase: 'Open' },
    };
  }

  #shown(
    kind: string,
    { path, field, before, after, actor, since, ...change }: OpenDrift['changes'][number],
  ): ShownChange {
    const about = { kind, path, salt: this.#options.salt };
    return {
      ...{ field, kind: change.kind, actor, since: new Date(since).toISOString() },
      ...(before === undefined ? {} : { before: shownValue(before, about) }),
      ...(after === undefined ? {} : { after: shownValue(after, about) }),
    };
  }

  #startLoop(key: string, keys: readonly string[], record: DriftRecord): void {
    const loop = { ...record, phase: 'Looping' as const, repeats: LOOP_LIMITS.heals };
    this.#loops.set(key, { record: loop, keys, open: false });
    this.#options.alerts.resolve(fingerprint('StoaDrift', record));
    this.#options.alerts.resolve(fingerprint('StoaDriftPersists', record));
    this.#options.logger.error('drift comes back again and again', { ...placeOf(record), fields: fieldsOf(record) });
    this.#alert('StoaDriftLoop', loop, `${fieldsOf(record)} is fought over by ${record.actor || 'somebody'}`);
    this.#record(loop);
  }

  #close(record: DriftRecord, by: string, healedAt?: string): void {
    const closed: DriftRecord = {
      ...record,
      ...this.#over(by),
      ...(healedAt === undefined ? {} : { healedAt }),
      phase: 'Healed',
    };
    this.#options.logger.info('drift was corrected', { ...placeOf(closed), by });
    this.#options.alerts.resolve(fingerprint('StoaDrift', closed));
    this.#options.alerts.resolve(fingerprint('StoaDriftPersists', closed));
    this.#record(closed);
  }

  #over(healedBy: string): Pick<DriftRecord, 'healedAt' | 'healedBy'> {
    return { healedAt: this.#now(), healedBy };
  }

  #now(): string {
    return new Date(this.#options.clock.now()).toISOString();
  }

  #alert(name: keyof typeof SEVERITY, record: DriftRecord, what: string): void {
    const severity = SEVERITY[name];
    const place = placeOf(record);
    const summary = `${place.object} of ${place.application} in ${place.cluster}: ${what}`;
    this.#options.alerts.fire({ fingerprint: fingerprint(name, record), name, severity, summary, labels: place });
  }

  #record(record: DriftRecord): void {
    this.#waiting.set(record.id, record);
    this.#writer.enqueue({ name: record.id });
  }

  /** The ledger first: a DriftEvent that is still open after a crash is taken up again. */
  async #write(id: string, signal: AbortSignal): Promise<undefined> {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return undefined;
    const record = withAnswer(waiting, await this.#answers.get(id));
    if (record.phase === 'Healed') await this.#options.ledger.append(factOf(record), signal);
    await this.#show(record, signal);
    // What came meanwhile has asked for another turn.
    if (this.#waiting.get(id) !== waiting) return undefined;
    this.#waiting.delete(id);
    if (record.phase === 'Healed') this.#answers.delete(id);
    return undefined;
  }

  async #show(record: DriftRecord, signal: AbortSignal): Promise<void> {
    try {
      await this.#options.hub.apply(driftEventOf(record), { force: true, signal });
    } catch (error) {
      // A hub without our definitions: the ledger and the alerts have it.
      if (!isApiError(error, 'NotFound')) throw error;
    }
  }

  async #events(signal: AbortSignal): Promise<readonly KubeObject[]> {
    try {
      return (await this.#options.hub.list(DRIFT_EVENT, { namespace: NAMESPACE, signal })).items;
    } catch (error) {
      if (isApiError(error, 'NotFound')) return [];
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer[Symbol.asyncDispose]();
  }
}

/** The audit log knows the time in milliseconds, and the deleter, whom the object's own bookkeeping does not name. */
function withAnswer(record: DriftRecord, answer: AuditAnswer | undefined): DriftRecord {
  if (answer === undefined) return record;
  const { user, agent, at } = answer;
  const since = Math.min(Math.max(at, Date.parse(record.since)), Date.parse(record.foundAt));
  return { ...record, user, agent, since: new Date(since).toISOString() };
}

function objectKey(cluster: string, { group, kind, namespace, name }: DriftRecord['object']): string {
  return [cluster, group, kind, namespace, name].join('|');
}

function keysOf(key: string, { changes }: OpenDrift): readonly string[] {
  return changes.length === 0 ? [keyOf(key, '')] : changes.map(({ field }) => keyOf(key, field));
}

function keyOf(object: string, field: string): string {
  return `${object}#${field}`;
}

function objectOf(key: string): string {
  return key.slice(0, key.indexOf('#'));
}

function fingerprint(name: string, { cluster, object }: DriftRecord): string {
  return [name, cluster, object.group, objectText(object)].join('|');
}

function placeOf({
  cluster,
  application,
  object,
}: DriftRecord): Readonly<Record<'cluster' | 'application' | 'object', string>> {
  return { cluster, application, object: objectText(object) };
}

function fieldsOf({ kind, changes }: DriftRecord): string {
  if (kind === 'Deleted') return 'the object (deleted)';
  return kind === 'AddedObject' ? 'the object (added)' : changes.map(({ field }) => field).join(' ');
}
