import { describe, expect, it } from 'vitest';
import { mergeConditions, mergeHealth, statusPatch } from './status.ts';

const NOW = Date.UTC(2026, 0, 1);
const BEFORE = '2025-12-31T00:00:00Z';

describe('mergeConditions', () => {
  it('keeps the time of what has not changed, and what is not evaluated here', () => {
    const before = [
      { type: 'ComparisonError', message: 'same', lastTransitionTime: BEFORE },
      { type: 'SyncError', message: 'gone', lastTransitionTime: BEFORE },
      { type: 'DeletionError', message: 'kept', lastTransitionTime: BEFORE },
    ] as const;
    expect(
      mergeConditions(
        before,
        [
          { type: 'ComparisonError', message: 'same' },
          { type: 'InvalidSpecError', message: 'new' },
        ],
        NOW,
      ),
    ).toEqual([
      { type: 'ComparisonError', message: 'same', lastTransitionTime: BEFORE },
      { type: 'DeletionError', message: 'kept', lastTransitionTime: BEFORE },
      { type: 'InvalidSpecError', message: 'new', lastTransitionTime: '2026-01-01T00:00:00Z' },
    ]);
  });
});

describe('mergeHealth', () => {
  it('moves its time only when the status changes', () => {
    const before = { status: 'Degraded', lastTransitionTime: BEFORE } as const;
    expect(mergeHealth(before, { status: 'Degraded', message: 'worse' }, NOW).lastTransitionTime).toBe(BEFORE);
    expect(mergeHealth(before, { status: 'Healthy' }, NOW).lastTransitionTime).toBe('2026-01-01T00:00:00Z');
  });
});

describe('statusPatch', () => {
  it('writes nothing when only the time of looking has changed', () => {
    expect(
      statusPatch({ reconciledAt: 'a', sourceType: 'Kustomize' }, { reconciledAt: 'b', sourceType: 'Kustomize' }),
    ).toBeUndefined();
  });

  it('writes what changed, removes what went, and replaces lists as a whole', () => {
    const patch = statusPatch(
      {
        sync: { status: 'Synced', revision: 'r1' },
        conditions: [{ type: 'SyncError', message: 'x' }],
        resources: [{ kind: 'A', name: 'a' }],
      },
      { sync: { status: 'Synced', revision: 'r2' }, resources: [{ kind: 'A', name: 'b' }] },
    );
    expect(patch).toEqual({ sync: { revision: 'r2' }, conditions: null, resources: [{ kind: 'A', name: 'b' }] });
  });
});
