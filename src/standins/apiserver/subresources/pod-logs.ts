import type { Store } from '../store/store.ts';

/** One line of a container, with when it was written in milliseconds since the epoch. */
export interface LogLine {
  readonly time: number;
  readonly text: string;
}

interface Buffered {
  readonly lines: LogLine[];
  bytes: number;
  readonly listeners: Set<(line: LogLine) => void>;
}

const MAX_BYTES = 256 * 1024;
const MAX_LINE = 16 * 1024;
const MAX_CONTAINERS = 20_000;

/** Forgets what pods have printed when they are gone. */
export function forgetLogs(store: Store, logs: PodLogs): Disposable {
  return store.onEvent(({ type, entry }) => {
    if (type === 'DELETED' && entry.collection === 'pods') logs.forget(entry.header.uid);
  });
}

/** What containers have printed: the newest part of it, in memory. */
export class PodLogs {
  readonly #containers = new Map<string, Buffered>();

  /** `uid` of the pod. */
  append(uid: string, container: string, line: LogLine): void {
    const buffered = this.#of(uid, container);
    const kept = { time: line.time, text: line.text.slice(0, MAX_LINE) };
    buffered.lines.push(kept);
    buffered.bytes += kept.text.length;
    while (buffered.bytes > MAX_BYTES) buffered.bytes -= buffered.lines.shift()?.text.length ?? 0;
    for (const listener of buffered.listeners) listener(kept);
  }

  lines(uid: string, container: string): readonly LogLine[] {
    return this.#containers.get(key(uid, container))?.lines ?? [];
  }

  follow(uid: string, container: string, listener: (line: LogLine) => void): Disposable {
    const { listeners } = this.#of(uid, container);
    listeners.add(listener);
    return { [Symbol.dispose]: () => void listeners.delete(listener) };
  }

  /** The pod is gone. */
  forget(uid: string): void {
    for (const each of this.#containers.keys()) {
      if (each.startsWith(`${uid}/`)) this.#containers.delete(each);
    }
  }

  #of(uid: string, container: string): Buffered {
    const name = key(uid, container);
    let buffered = this.#containers.get(name);
    if (buffered === undefined) {
      if (this.#containers.size >= MAX_CONTAINERS) this.#dropOldest();
      buffered = { lines: [], bytes: 0, listeners: new Set() };
      this.#containers.set(name, buffered);
    }
    return buffered;
  }

  #dropOldest(): void {
    const oldest = this.#containers.keys().next().value;
    if (oldest !== undefined) this.#containers.delete(oldest);
  }
}

function key(uid: string, container: string): string {
  return `${uid}/${container}`;
}
