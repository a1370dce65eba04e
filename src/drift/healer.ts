import { startController } from '../controller/index.ts';
import type { Controller, Result } from '../controller/index.ts';
import type { Clock, JsonValue, Logger } from '../core/index.ts';
import { asJson, gvkOf, isApiError } from '../kube/index.ts';
import type { KubeClient, KubeObject, ObjectKey } from '../kube/index.ts';
import { healsItself, ignoredOf, sameObject } from './application-view.ts';
import type { ApplicationView } from './application-view.ts';
import type { FieldChange } from './changes.ts';
import type { Observed } from './drift-state.ts';
import { valueAt } from './field-path.ts';
import type { Guarded } from './guarded-objects.ts';
import { nameOf } from './guarded-objects.ts';
import { madeAgain, planHeal } from './heal-plan.ts';
import { GUARD } from './ownership.ts';

/** An object that has drifted. */
export interface Patient {
  readonly guarded: Guarded;
  readonly observed: Observed;
}

export interface HealerOptions {
  readonly connect: (cluster: string | undefined) => Promise<KubeClient>;
  /** As it is known now; `undefined` when there is nothing to be done any more. */
  readonly patient: (key: string) => Patient | undefined;
  /** The Application as it is on the hub. */
  readonly fresh: (application: ApplicationView, signal: AbortSignal) => Promise<ApplicationView | undefined>;
  /** Milliseconds for which the field is to be left alone. */
  readonly wait: (key: string, field: string) => number;
  /** The server made a field again that was taken away. */
  readonly onDefault: (key: string, object: KubeObject, changes: readonly FieldChange[]) => void;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Fields that were there before the guard looked are left to the engine for this long: they may be Git's. */
const SETTLE_MS = 2_000;
const RECHECK_MS = 1_000;

/**
 * Puts right what no engine does: fields that Git does not set, and objects that somebody added, where the Application heals
 * itself. What Git sets is the engine's.
 */
export class Healer implements AsyncDisposable {
  readonly #options: HealerOptions;
  readonly #controller: Controller;
  /** Objects that a write of ours is on its way to. */
  readonly #writing = new Set<string>();

  constructor(options: HealerOptions) {
    this.#options = options;
    this.#controller = startController({
      name: 'drift-healer',
      workers: 8,
      clock: options.clock,
      logger: options.logger,
      signal: options.signal,
      backoff: { base: 20, cap: 30_000 },
      reconciler: { reconcile: async ({ name }, signal) => this.#heal(name, signal) },
    });
  }

  heal(key: string): void {
    this.#controller.enqueue({ name: key });
  }

  isWriting(key: string): boolean {
    return this.#writing.has(key);
  }

  /** Tells, without changing anything, which of the changes the server would make again by itself. */
  async probe(guarded: Guarded, object: KubeObject, changes: readonly FieldChange[]): Promise<readonly FieldChange[]> {
    const body = planHeal(object, changes);
    if (body === undefined) return [];
    const { signal, connect } = this.#options;
    const client = await connect(guarded.cluster);
    const answer = await client.patch(
      keyOf(object),
      { type: 'json', body },
      { dryRun: true, fieldManager: GUARD, signal },
    );
    return madeAgain(changes, object, answer);
  }

  async #heal(key: string, signal: AbortSignal): Promise<Result | undefined> {
    const patient = this.#options.patient(key);
    const object = patient?.observed.current;
    if (patient === undefined || object === undefined || !healsItself(patient.guarded.application)) return undefined;
    const { guarded, observed } = patient;
    if (observed.drift?.kind === 'AddedObject') return this.#remove(guarded, object, signal);
    const pending = (observed.pending ?? []).filter(({ ofGit }) => !ofGit);
    const { complete } = ignoredOf(guarded.application, nameOf(object));
    if (pending.length === 0 || !complete) return undefined;
    const held = pending.map(({ field }) => this.#options.wait(key, field));
    const free = pending.filter((_, index) => held[index] === 0);
    const again = held.filter((ms) => ms > 0);
    const settling = await this.#settling(guarded, observed, signal);
    const due = settling === 0 ? free : free.filter(({ kind }) => kind !== 'Found');
    await this.#patch(guarded, { object, changes: due }, signal);
    if (settling > 0) again.push(settling);
    return again.length === 0 ? undefined : { requeueAfter: Math.min(...again) };
  }

  /** Milliseconds until it can be told that a field found at first sight is none of Git's: then the engine calls it synced. */
  async #settling({ application }: Guarded, { pending = [], current }: Observed, signal: AbortSignal): Promise<number> {
    const found = pending.filter(({ kind }) => kind === 'Found');
    if (found.length === 0 || current === undefined) return 0;
    const latest = Math.max(...found.map(({ since }) => since));
    const young = latest + SETTLE_MS - this.#options.clock.now();
    if (young > 0) return young;
    const fresh = await this.#options.fresh(application, signal);
    const resource = fresh?.status.resources.find((one) => sameObject(one, nameOf(current)));
    return resource?.status === 'Synced' ? 0 : RECHECK_MS;
  }

  async #patch(
    { key, cluster }: Guarded,
    { object, changes }: { readonly object: KubeObject; readonly changes: readonly FieldChange[] },
    signal: AbortSignal,
  ): Promise<void> {
    const body = planHeal(object, changes);
    if (body === undefined) return;
    const client = await this.#options.connect(cluster);
    this.#writing.add(key);
    try {
      const answer = await client.patch(keyOf(object), { type: 'json', body }, { fieldManager: GUARD, signal });
      const again = madeAgain(changes, object, answer);
      if (again.length > 0) this.#options.onDefault(key, object, again);
    } catch (error) {
      // It is not as it was judged: the watch tells how it is, and that brings it here again.
      if (!isOutdated(error)) throw error;
    } finally {
      this.#writing.delete(key);
    }
  }

  async #remove({ key, cluster, removable }: Guarded, object: KubeObject, signal: AbortSignal): Promise<undefined> {
    if (!removable || object.metadata.deletionTimestamp !== undefined) return;
    const held = this.#options.wait(key, '');
    if (held > 0) {
      this.#controller.enqueueAfter({ name: key }, held);
      return;
    }
    const { uid } = object.metadata;
    const client = await this.#options.connect(cluster);
    this.#options.logger.warn('removing an object that somebody added', {
      kind: object.kind,
      name: object.metadata.name,
    });
    await client.delete(keyOf(object), {
      propagationPolicy: 'Background',
      signal,
      ...(uid === undefined ? {} : { preconditions: { uid } }),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#controller[Symbol.asyncDispose]();
  }
}

function keyOf(object: KubeObject): ObjectKey {
  const { namespace, name = '' } = object.metadata;
  return { ...gvkOf(object), name, ...(namespace === undefined ? {} : { namespace }) };
}

/** The object has changed or gone since it was judged. A patch that cannot be made for good is an error like any other. */
function isOutdated(error: unknown): boolean {
  if (isApiError(error, 'NotFound') || isApiError(error, 'Conflict')) return true;
  return isApiError(error, 'Invalid') && /\btest/i.test(error.message);
}

/** The values of some fields, by field. */
export function valuesOf(object: KubeObject, changes: readonly FieldChange[]): ReadonlyMap<string, JsonValue> {
  const values = changes.flatMap(({ field, path }) => {
    const value = valueAt(asJson(object), path);
    return value === undefined ? [] : [[field, value] as const];
  });
  return new Map(values);
}
