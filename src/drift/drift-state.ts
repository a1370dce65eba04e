import type { KubeObject } from '../kube/index.ts';
import { changesOf } from './changes.ts';
import type { FieldChange } from './changes.ts';
import { entriesOf, isEngine } from './ownership.ts';
import type { Rules } from './rules.ts';
import { MOST_FIELDS } from './settings.ts';
import { lastWriter } from './writer.ts';

/** A change past Git that has not been put right. */
export interface OpenDrift {
  /** Names the drift for ever: cluster-wide unique id of the object and the version that drifted. */
  readonly id: string;
  readonly kind: 'Fields' | 'Deleted' | 'AddedObject';
  /** At most 20; none of an object that was deleted or added. */
  readonly changes: readonly FieldChange[];
  /** Field manager of whoever changed it first; empty when that cannot be told, as of a deletion. */
  readonly actor: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** What is known of one object. */
export interface Observed {
  /** As the engine, or a declared co-owner, left it. */
  readonly approved: KubeObject;
  readonly current: KubeObject | undefined;
  readonly drift?: OpenDrift;
  /** Of the drift's fields those that are still not right. */
  readonly pending?: readonly FieldChange[];
}

/** A drift that is over. */
export interface Healed {
  readonly drift: OpenDrift;
  /** Field manager of the write that ended it; empty when that cannot be told. */
  readonly by: string;
}

export interface Transition {
  /** `undefined`: nothing is left to be watched. */
  readonly next: Observed | undefined;
  /** A drift that is new, or concerns more fields than before. */
  readonly found?: OpenDrift;
  readonly healed?: Healed;
}

export interface Sighting {
  /** `undefined` when it was deleted. */
  readonly after: KubeObject | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The engine is at work on the Application, so a deletion may be its own. */
  readonly syncing: boolean;
  /** Somebody brought the object past Git. */
  readonly added: boolean;
  readonly rules: Rules;
}

/** What follows from seeing an object again. Pure. */
export function observe(known: Observed | undefined, sighting: Sighting): Transition {
  const { after } = sighting;
  if (after === undefined) return observeDeletion(known, sighting);
  const writer = lastWriter(known?.current, after, sighting.now);
  const healer = writer?.manager ?? '';
  if (sighting.added) return observeAdded(known, after, sighting);
  const approved = known === undefined ? undefined : known.approved;
  const changes = changesOf({ approved, after, writer, rules: sighting.rules, now: sighting.now });
  if (changes.length === 0) return approve(known, after, healer);
  const baseline = approved === undefined || isEngine(healer) ? after : approved;
  const { drift, grown } = extended(known?.drift, changes, { after, sighting });
  const next = { approved: baseline, current: after, drift, pending: pendingOf(drift, changes) };
  return grown ? { next, found: drift } : { next };
}

function observeAdded(known: Observed | undefined, after: KubeObject, { now }: Sighting): Transition {
  if (known?.drift?.kind === 'AddedObject') return { next: { ...known, current: after } };
  const created = Date.parse(after.metadata.creationTimestamp ?? '');
  const drift: OpenDrift = {
    ...{ id: idOf(after), kind: 'AddedObject', changes: [] },
    actor: creatorOf(after),
    since: Number.isNaN(created) ? now : Math.min(created, now),
  };
  return { next: { approved: after, current: after, drift }, found: drift };
}

/** The manager of the oldest entry: who brought the object. */
export function creatorOf(object: KubeObject): string {
  const [oldest] = [...entriesOf(object)].sort((a, b) => (a.time ?? '').localeCompare(b.time ?? ''));
  return oldest?.manager ?? '';
}

function observeDeletion(known: Observed | undefined, { now, syncing }: Sighting): Transition {
  if (known?.drift?.kind === 'AddedObject') return { next: undefined, healed: { drift: known.drift, by: '' } };
  if (known === undefined || syncing) return { next: undefined };
  if (known.drift?.kind === 'Deleted') return { next: { ...known, current: undefined } };
  const gone = { id: idOf(known.current ?? known.approved), actor: '', since: now };
  const drift: OpenDrift = { ...(known.drift ?? gone), kind: 'Deleted', changes: [] };
  return { next: { approved: known.approved, current: undefined, drift }, found: drift };
}

function approve(known: Observed | undefined, after: KubeObject, by: string): Transition {
  const next = { approved: after, current: after };
  return known?.drift === undefined ? { next } : { next, healed: { drift: known.drift, by } };
}

/** Of a field that has drifted before, its first change stays: what was there before, and who changed it. */
function extended(
  known: OpenDrift | undefined,
  changes: readonly FieldChange[],
  { after, sighting }: { readonly after: KubeObject; readonly sighting: Sighting },
): { readonly drift: OpenDrift; readonly grown: boolean } {
  if (known === undefined) return { drift: openedBy(changes, after, sighting.now), grown: true };
  // Brought back, but not as Git wants it: it is still the deletion that is to be put right.
  if (known.kind !== 'Fields') return { drift: known, grown: false };
  const fields = new Set(known.changes.map(({ field }) => field));
  const more = changes.filter(({ field }) => !fields.has(field));
  const all = [...known.changes, ...more].slice(0, MOST_FIELDS);
  return { drift: { ...known, changes: all }, grown: all.length > known.changes.length };
}

function openedBy(changes: readonly FieldChange[], after: KubeObject, now: number): OpenDrift {
  const actor = changes[0]?.actor ?? '';
  const since = Math.min(now, ...changes.map((change) => change.since));
  return { id: idOf(after), kind: 'Fields', changes: changes.slice(0, MOST_FIELDS), actor, since };
}

/** What differs now, with what is remembered of each field from when it drifted. */
function pendingOf({ changes: first }: OpenDrift, changes: readonly FieldChange[]): readonly FieldChange[] {
  return changes.map((change) => {
    const known = first.find(({ field }) => field === change.field);
    return known === undefined ? change : { ...known, ofGit: change.ofGit };
  });
}

function idOf({ metadata }: KubeObject): string {
  return `${metadata.uid ?? ''}/${metadata.resourceVersion ?? ''}`;
}
