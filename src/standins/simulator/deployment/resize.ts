import type { JsonObject } from '../../../core/index.ts';
import { normal } from '../cluster/plan.ts';
import type { Action } from '../cluster/plan.ts';
import { nameOf } from '../model/meta.ts';
import { desiredReplicas } from '../model/workloads.ts';
import type { Deployment, ReplicaSet } from '../model/workloads.ts';
import { sizeAnnotations } from './replica-sets.ts';

export interface Resize {
  readonly set: ReplicaSet;
  readonly to: number;
}

/** Scales a ReplicaSet, brings its size annotations up to date, and says so; nothing when all is as it should be. */
export function planResize(deployment: Deployment, { set, to }: Resize): readonly Action[] {
  const from = desiredReplicas(set);
  const annotations = changedAnnotations(set, sizeAnnotations(deployment));
  if (from === to && annotations === undefined) return [];
  const changes: JsonObject = {
    ...(from === to ? {} : { spec: { replicas: to } }),
    ...(annotations === undefined ? {} : { metadata: { annotations } }),
  };
  const patch: Action = { do: 'patch', object: set, changes };
  if (from === to) return [patch];
  const direction = from < to ? 'up' : 'down';
  const message = `Scaled ${direction} replica set ${nameOf(set)} from ${from} to ${to}`;
  return [patch, normal(deployment, 'ScalingReplicaSet', message)];
}

/** Those of `wanted` that `set` has otherwise or not at all. */
export function changedAnnotations(
  set: ReplicaSet,
  wanted: Readonly<Record<string, string>>,
): Record<string, string> | undefined {
  const changed = Object.entries(wanted).filter(([key, value]) => set.metadata.annotations?.[key] !== value);
  return changed.length === 0 ? undefined : Object.fromEntries(changed);
}
