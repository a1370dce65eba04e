import type { KubeObject } from '../../kube/index.ts';
import { ANNOTATION, RESOURCES_FINALIZER, annotation } from '../annotations.ts';
import type { ApplicationStatus } from '../application.ts';
import type { SetOptions } from './set-options.ts';
import { REMOVAL_REQUESTED } from './set-options.ts';

/** Between two passes that remove. */
export const PASS_GAP_MS = 60_000;

/** Kinds that hold what cannot be made again from Git. */
const DATA_KINDS: ReadonlySet<string> = new Set([
  'PersistentVolumeClaim',
  'PersistentVolume',
  'Namespace',
  'StatefulSet',
]);

export interface RemovalQuestion {
  /** Applications of the set that nothing generates any more. */
  readonly obsolete: readonly KubeObject[];
  readonly options: SetOptions;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** When a pass last removed something. */
  readonly lastPass?: number;
}

export interface RemovalPlan {
  /** To be annotated now, and removed once the grace is over. */
  readonly requests: readonly KubeObject[];
  readonly removals: readonly KubeObject[];
  /** Due, but holding data that nobody has approved to delete. */
  readonly unapproved: readonly KubeObject[];
  /** Waiting for their grace to end, or for their turn. */
  readonly waiting: readonly KubeObject[];
  /** Milliseconds until there is more to do. */
  readonly again?: number;
}

/** Takes the removal of Applications one step further: first the request, then, after a grace and a few at a time, the deed. */
export function planRemovals({ obsolete, options, now, lastPass }: RemovalQuestion): RemovalPlan {
  const alive = obsolete.filter(({ metadata }) => metadata.deletionTimestamp === undefined).sort(byName);
  const requests = alive.filter((object) => Number.isNaN(requestedAt(object)));
  const requested = alive.filter((object) => !Number.isNaN(requestedAt(object)));
  const due = requested.filter((object) => requestedAt(object) + options.graceMs <= now);
  const free = due.filter((object) => options.removeData || !holdsData(object) || isApproved(object));
  const gap = lastPass === undefined ? 0 : Math.max(0, lastPass + PASS_GAP_MS - now);
  const removals = gap > 0 ? [] : free.slice(0, options.budget);
  const later = free.slice(removals.length);
  const waits = [
    ...requests.map(() => options.graceMs),
    ...requested.filter((object) => !due.includes(object)).map((object) => requestedAt(object) + options.graceMs - now),
    ...(later.length === 0 || options.budget === 0 ? [] : [gap > 0 ? gap : PASS_GAP_MS]),
  ];
  return {
    requests,
    removals,
    unapproved: due.filter((object) => !free.includes(object)),
    waiting: [...requests, ...requested.filter((object) => !due.includes(object)), ...later],
    ...(waits.length === 0 ? {} : { again: Math.max(1, Math.min(...waits)) }),
  };
}

function byName(a: KubeObject, b: KubeObject): number {
  return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1;
}

function requestedAt(object: KubeObject): number {
  return Date.parse(annotation(object, REMOVAL_REQUESTED) ?? '');
}

/** Whether the Application takes data with it when it goes. */
function holdsData(object: KubeObject): boolean {
  const cascades = (object.metadata.finalizers ?? []).some((finalizer) => finalizer.startsWith(RESOURCES_FINALIZER));
  const { resources = [] } = (object['status'] ?? {}) as ApplicationStatus;
  return cascades && resources.some(({ kind }) => DATA_KINDS.has(kind));
}

function isApproved(object: KubeObject): boolean {
  return Date.parse(annotation(object, ANNOTATION.deletionApproved) ?? '') >= requestedAt(object);
}
