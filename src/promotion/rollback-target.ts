import type { Promotion } from './kinds.ts';
import { isConfiguration } from './proposal.ts';

export interface RollbackTarget {
  /** What runs there, or failed to. */
  readonly current: Promotion;
  /** The last one that ran there well before it. */
  readonly before: Promotion;
}

/**
 * Where a rollback goes from, and where to; `undefined` when nothing ran there before.
 * @param promotions of one service in one environment
 */
export function rollbackTarget(promotions: readonly Promotion[]): RollbackTarget | undefined {
  const [current, ...earlier] = promotions
    .filter(({ status }) => status?.phase === 'Deployed' || status?.phase === 'Failed')
    .sort((a, b) => finishedAt(b) - finishedAt(a));
  if (current === undefined) return undefined;
  // A configuration that is taken back leaves the release as it is.
  const before = earlier.find(
    ({ spec, status }) =>
      status?.phase === 'Deployed' && (isConfiguration(current.spec) || spec.release !== current.spec.release),
  );
  return before && { current, before };
}

export function finishedAt({ status }: Promotion): number {
  return Date.parse(status?.finishedAt ?? '') || 0;
}
