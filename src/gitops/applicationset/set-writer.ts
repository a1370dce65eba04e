import { messageOf } from '../../core/index.ts';
import type { JsonObject } from '../../core/index.ts';
import { isApiError } from '../../kube/index.ts';
import type { KubeClient, KubeObject, ObjectKey, StatusReason } from '../../kube/index.ts';
import { APPLICATION_GVK } from '../application.ts';
import type { Refusal } from './admission.ts';
import type { ApplicationPlan } from './application-plan.ts';

const AT_ONCE = 16;
/** Trying again changes nothing. */
const LASTING: readonly StatusReason[] = ['Invalid', 'BadRequest', 'Forbidden'];

export type ApplicationWrite = 'created' | 'updated' | 'Deleted';

export interface Carried {
  readonly written: readonly { readonly name: string; readonly what: ApplicationWrite }[];
  readonly faults: readonly Refusal[];
  /** Worth another try without anybody changing anything. */
  readonly failure?: unknown;
}

interface Work {
  readonly object: KubeObject;
  readonly what?: ApplicationWrite;
  readonly run: () => Promise<unknown>;
}

interface Outcome {
  readonly done?: Carried['written'][number];
  readonly fault?: Refusal;
  readonly error?: unknown;
}

export function applicationKeyOf({ metadata }: KubeObject): ObjectKey {
  return { ...APPLICATION_GVK, name: metadata.name ?? '', namespace: metadata.namespace ?? '' };
}

/** Writes Applications on the hub. */
export class SetWriter {
  readonly #hub: KubeClient;
  readonly #signal: AbortSignal;

  constructor(hub: KubeClient, signal: AbortSignal) {
    this.#hub = hub;
    this.#signal = signal;
  }

  /** Does what was planned. What fails for one Application does not keep the others back. */
  async carryOut({ creates, changes, removal }: ApplicationPlan, requested: JsonObject): Promise<Carried> {
    return this.#all([
      ...creates.map((object) => ({
        object,
        what: 'created' as const,
        run: () => this.#hub.create(object, { signal: this.#signal }),
      })),
      ...changes.map(({ live, patch }) => ({
        object: live,
        what: 'updated' as const,
        run: () => this.patch(live, patch),
      })),
      ...removal.requests.map((object) => ({ object, run: () => this.patch(object, requested) })),
      ...removal.removals.map((object) => ({ object, what: 'Deleted' as const, run: () => this.remove(object) })),
    ]);
  }

  async patch(object: KubeObject, body: JsonObject): Promise<unknown> {
    return this.#hub.patch(applicationKeyOf(object), { type: 'merge', body }, { signal: this.#signal });
  }

  async remove(object: KubeObject): Promise<void> {
    const { uid } = object.metadata;
    const preconditions = uid === undefined ? {} : { preconditions: { uid } };
    await this.#hub.delete(applicationKeyOf(object), { signal: this.#signal, ...preconditions });
  }

  async #all(work: readonly Work[]): Promise<Carried> {
    const written: Carried['written'][number][] = [];
    const faults: Refusal[] = [];
    let failure: unknown;
    for (let at = 0; at < work.length; at += AT_ONCE) {
      const batch = work.slice(at, at + AT_ONCE);
      const results = await Promise.all(batch.map(async (one) => this.#one(one)));
      this.#signal.throwIfAborted();
      for (const { done, fault, error } of results) {
        if (done !== undefined) written.push(done);
        if (fault !== undefined) faults.push(fault);
        failure ??= error;
      }
    }
    return { written, faults, ...(failure === undefined ? {} : { failure }) };
  }

  async #one({ object, what, run }: Work): Promise<Outcome> {
    const name = object.metadata.name ?? '';
    try {
      await run();
      return what === undefined ? {} : { done: { name, what } };
    } catch (error) {
      const lasting = LASTING.some((reason) => isApiError(error, reason));
      return lasting ? { fault: { name, message: messageOf(error) } } : { error };
    }
  }
}
