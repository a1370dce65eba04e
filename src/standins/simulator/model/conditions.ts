import { formatTime } from '../../../core/index.ts';
import type { Condition } from './meta.ts';
import { findCondition } from './meta.ts';

export interface ConditionChange {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
}

/**
 * `conditions` with one of them set, in its place or at the end; the transition time moves only with the status. The same
 * list when nothing changes.
 */
export function withCondition(
  conditions: readonly Condition[] = [],
  change: ConditionChange,
  now: number,
): readonly Condition[] {
  const old = findCondition(conditions, change.type);
  const same = old?.status === change.status && old.reason === change.reason && old.message === change.message;
  if (same) return conditions;
  const lastTransitionTime = old?.status === change.status ? old.lastTransitionTime : undefined;
  const next: Condition = { ...change, lastTransitionTime: lastTransitionTime ?? formatTime(now) };
  if (old === undefined) return [...conditions, next];
  return conditions.map((condition) => (condition === old ? next : condition));
}
