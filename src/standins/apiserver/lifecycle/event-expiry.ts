import { messageOf } from '../../../core/index.ts';
import type { Cluster } from '../cluster.ts';
import type { Entry } from '../store/entry.ts';

const LIFETIME_MS = 3_600_000;

interface Due {
  readonly at: number;
  readonly entry: Entry;
}

/** Events are forgotten an hour after they were last written. */
export class EventExpiry implements Disposable {
  readonly #cluster: Cluster;
  readonly #listening: Disposable;
  readonly #due: Due[] = [];
  #timer: Disposable | undefined;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.#listening = cluster.store.onEvent(({ type, entry }) => {
      if (type !== 'DELETED' && entry.collection === 'events') this.#add(entry);
    });
    for (const entry of cluster.store.collection('events').entries()) this.#add(entry);
  }

  [Symbol.dispose](): void {
    this.#listening[Symbol.dispose]();
    this.#timer?.[Symbol.dispose]();
  }

  #add(entry: Entry): void {
    this.#due.push({ at: this.#cluster.clock.now() + LIFETIME_MS, entry });
    this.#schedule();
  }

  #schedule(): void {
    const [first] = this.#due;
    if (first === undefined || this.#timer !== undefined) return;
    const wait = Math.max(first.at - this.#cluster.clock.now(), MIN_WAIT_MS);
    this.#timer = this.#cluster.clock.after(wait, () => {
      this.#timer = undefined;
      this.#expire();
      this.#schedule();
    });
  }

  #expire(): void {
    const now = this.#cluster.clock.now();
    const first = this.#due.findIndex((due) => due.at > now);
    for (const { entry } of this.#due.splice(0, first < 0 ? this.#due.length : first)) this.#forget(entry);
  }

  #forget(entry: Entry): void {
    const { namespace, name } = entry;
    const { store, logger } = this.#cluster;
    const live = store.collection('events').get(namespace, name);
    if (live !== entry) return; // gone, or written since
    const location = { collection: 'events', namespace, name };
    try {
      store.commit({ location, object: live.object(), remove: true });
    } catch (error) {
      logger.warn('an event cannot be forgotten', { reason: messageOf(error) });
    }
  }
}

/** So that many events that are due one after the other go together. */
const MIN_WAIT_MS = 1_000;
