import type { HealthState, Resource } from '../../lib/contract.ts';

export interface ResourceGroup {
  /** `Deployment`, or `Deployment.apps` where two groups have a kind of that name. */
  readonly kind: string;
  readonly resources: readonly Resource[];
  /** True when something in it needs a look. */
  readonly attention: boolean;
}

const CALM: ReadonlySet<HealthState> = new Set(['Healthy', 'Suspended']);

/** An Application's resources by kind: those that need a look first, then by name. */
export function groupResources(resources: readonly Resource[]): readonly ResourceGroup[] {
  const groups = Map.groupBy(resources, ({ kind, group }) => `${kind} ${group}`);
  const kinds = new Map<string, number>();
  for (const key of groups.keys()) kinds.set(kindOf(key), (kinds.get(kindOf(key)) ?? 0) + 1);
  return [...groups]
    .map(([key, members]) => ({
      kind: (kinds.get(kindOf(key)) ?? 0) > 1 ? key.trim().replace(' ', '.') : kindOf(key),
      resources: [...members].sort((a, b) => fullName(a).localeCompare(fullName(b))),
      attention: members.some(needsLook),
    }))
    .sort((a, b) => Number(b.attention) - Number(a.attention) || a.kind.localeCompare(b.kind));
}

export function needsLook({ sync, health, requiresPruning }: Resource): boolean {
  return requiresPruning || (sync ?? 'Synced') !== 'Synced' || (health !== undefined && !CALM.has(health));
}

/** With its namespace, where it has one. */
export function fullName({ namespace, name }: Resource): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

function kindOf(key: string): string {
  return key.split(' ')[0] ?? '';
}
