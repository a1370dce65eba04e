import { jsonEqual } from '../core/index.ts';
import type { KubeObject } from '../kube/index.ts';
import { differingFields, settingsOf } from './settings.ts';
import { lastWriter } from './writer.ts';

/** A change past Git that has not been put right. */
export interface OpenDrift {
  /** Names the drift for ever: cluster-wide unique id of the object and the version that drifted. */
  readonly id: string;
  readonly fields: readonly string[];
  /** Field manager of whoever changed it; empty when that cannot be told, as of a deletion. */
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
}

export interface Transition {
  /** `undefined`: nothing is left to be watched. */
  readonly next: Observed | undefined;
  readonly found?: OpenDrift;
  readonly healed?: OpenDrift;
}

export interface Sighting {
  /** `undefined` when it was deleted. */
  readonly after: KubeObject | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The engine is at work on the Application, so a deletion may be its own. */
  readonly syncing: boolean;
}

/** Field managers that act for Git. */
const ENGINES: ReadonlySet<string> = new Set([
  'argocd-controller',
  'argocd-application-controller',
  'argocd-server',
  'argocd-applicationset-controller',
]);

/** Field managers whose changes belong to the platform: they own what they set. */
const CO_OWNERS: ReadonlySet<string> = new Set([
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
  'kube-apiserver',
  'horizontal-pod-autoscaler',
  'vpa-recommender',
  'cert-manager-cainjector',
  'cert-manager-webhooks',
  'istiod',
  'pilot-discovery',
  'external-secrets',
  'rollouts-controller',
]);

/** What follows from seeing an object again. Pure. */
export function observe(known: Observed | undefined, sighting: Sighting): Transition {
  const { after } = sighting;
  if (after === undefined) return observeDeletion(known, sighting);
  if (known === undefined) return { next: { approved: after, current: after } };
  const writer = lastWriter(known.current, after);
  if (writer !== undefined && ENGINES.has(writer.manager)) return approve(known, after);
  const [approved, seen] = [settingsOf(known.approved), settingsOf(after)];
  if (jsonEqual(approved, seen)) return approve(known, after);
  if (known.drift !== undefined) return { next: { ...known, current: after } };
  if (writer === undefined || CO_OWNERS.has(writer.manager)) return { next: { approved: after, current: after } };
  const drift = {
    ...opened(after, writer.manager, Math.min(writer.at ?? sighting.now, sighting.now)),
    fields: differingFields(approved, seen),
  };
  return { next: { ...known, current: after, drift }, found: drift };
}

function observeDeletion(known: Observed | undefined, { now, syncing }: Sighting): Transition {
  if (known === undefined || syncing) return { next: undefined };
  const drift = known.drift ?? opened(known.current ?? known.approved, '', now);
  return {
    next: { approved: known.approved, current: undefined, drift },
    ...(known.drift === undefined ? { found: drift } : {}),
  };
}

function approve({ drift }: Observed, after: KubeObject): Transition {
  const next = { approved: after, current: after };
  return drift === undefined ? { next } : { next, healed: drift };
}

function opened({ metadata }: KubeObject, actor: string, since: number): OpenDrift {
  return { id: `${metadata.uid ?? ''}/${metadata.resourceVersion ?? ''}`, fields: [], actor, since };
}
