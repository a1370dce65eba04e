import { jsonEqual } from '../core/index.ts';
import type { KubeObject, ManagedFieldsEntry } from '../kube/index.ts';

/** Who wrote last, as the server's bookkeeping tells. */
export interface Writer {
  /** The field manager, for instance `kubectl-edit`. */
  readonly manager: string;
  /** Milliseconds since the epoch; absent when the server does not say. */
  readonly at?: number;
}

/** The manager of the newest entry that `after` has and `before` had not; status writes do not count. */
export function lastWriter(before: KubeObject | undefined, after: KubeObject): Writer | undefined {
  const known = new Map(entriesOf(before).map((entry) => [keyOf(entry), entry]));
  const changed = entriesOf(after).filter((entry) => {
    const old = known.get(keyOf(entry));
    return old === undefined || old.time !== entry.time || !jsonEqual(old.fieldsV1, entry.fieldsV1);
  });
  // A taken field changes the entry of its former owner too: the newest is the writer's, and of equals the one that gained.
  const [newest] = changed.sort((a, b) => timeOf(b) - timeOf(a) || gain(b, known) - gain(a, known));
  if (newest === undefined) return undefined;
  const at = timeOf(newest);
  return at === 0 ? { manager: newest.manager } : { manager: newest.manager, at };
}

function entriesOf(object: KubeObject | undefined): ManagedFieldsEntry[] {
  return (object?.metadata.managedFields ?? []).filter(({ subresource }) => subresource !== 'status');
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
