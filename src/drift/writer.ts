import { jsonEqual } from '../core/index.ts';
import type { KubeObject, ManagedFieldsEntry } from '../kube/index.ts';
import { entriesOf } from './ownership.ts';

/** Who wrote last, as the server's bookkeeping tells. */
export interface Writer {
  /** The field manager, for instance `kubectl-edit`. */
  readonly manager: string;
  /** Milliseconds since the epoch; absent when the server does not say. */
  readonly at?: number;
}

/** Times of entries are whole seconds, and the server's clock is not ours. */
const SAME_MOMENT_MS = 2_000;

/**
 * The manager of the newest entry that `after` has and `before` had not; status writes do not count, nor do entries that only
 * lost to somebody who left no entry, unless they were written but a moment before `now`.
 */
export function lastWriter(before: KubeObject | undefined, after: KubeObject, now: number): Writer | undefined {
  const known = new Map(entriesOf(before).map((entry) => [keyOf(entry), entry]));
  const changed = entriesOf(after).filter((entry) => {
    const old = known.get(keyOf(entry));
    if (old === undefined || old.time !== entry.time) return true;
    const recent = now - timeOf(entry) < SAME_MOMENT_MS;
    return !jsonEqual(old.fieldsV1, entry.fieldsV1) && (recent || gain(entry, known) > 0);
  });
  // A taken field changes the entry of its former owner too: the newest is the writer's, and of equals the one that gained.
  const [newest] = changed.sort((a, b) => timeOf(b) - timeOf(a) || gain(b, known) - gain(a, known));
  if (newest === undefined) return undefined;
  const at = timeOf(newest);
  return at === 0 ? { manager: newest.manager } : { manager: newest.manager, at };
}

function keyOf({ manager, operation, subresource = '' }: ManagedFieldsEntry): string {
  return `${manager}/${operation}/${subresource}`;
}

function timeOf({ time }: ManagedFieldsEntry): number {
  return time === undefined ? 0 : Date.parse(time) || 0;
}

function gain(entry: ManagedFieldsEntry, known: ReadonlyMap<string, ManagedFieldsEntry>): number {
  const old = known.get(keyOf(entry));
  return JSON.stringify(entry.fieldsV1).length - (old === undefined ? 0 : JSON.stringify(old.fieldsV1).length);
}
