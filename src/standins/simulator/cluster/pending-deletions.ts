import type { KubeObject } from '../../../kube/index.ts';
import { isTerminating, uidOf } from '../model/meta.ts';
import type { Plan } from './plan.ts';

/** Long enough for any watch to tell of a deletion. */
const FORGET_AFTER_MS = 60_000;

/**
 * Deletions that were made and that the store may not show yet, so that a second look does not choose further victims.
 * Losing it, at a restart, costs nothing: the store then starts from a fresh list.
 */
export class PendingDeletions {
  readonly #since = new Map<string, number>();

  note({ actions }: Plan, now: number): void {
    for (const action of actions) if (action.do === 'delete') this.#since.set(uidOf(action.object), now);
  }

  /** Those of `objects` that were not deleted. */
  without<T extends KubeObject>(objects: readonly T[], now: number): readonly T[] {
    for (const [uid, since] of this.#since) {
      if (now - since <= FORGET_AFTER_MS) break; // oldest first
      this.#since.delete(uid);
    }
    if (this.#since.size === 0) return objects;
    return objects.filter((object) => {
      if (isTerminating(object)) this.#since.delete(uidOf(object));
      return !this.#since.has(uidOf(object));
    });
  }
}
