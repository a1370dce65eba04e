import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../core/index.ts';
import { applyMergePatch } from '../../../kube/index.ts';
import { NOW, pod, replicaSet } from '../testing/builders.ts';
import { planClaims } from './claims.ts';
import { statusChanges } from './cluster.ts';
import { mergeDifference } from './merge-difference.ts';
import { PendingDeletions } from './pending-deletions.ts';

const json = fc.letrec<{ value: JsonObject[string]; object: JsonObject }>((tie) => ({
  object: fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value'), { maxKeys: 3, noNullPrototype: true }),
  // A merge patch cannot write null.
  value: fc.oneof(
    { maxDepth: 3 },
    fc.integer({ min: 0, max: 2 }),
    fc.boolean(),
    fc.array(fc.integer({ min: 0, max: 1 }), { maxLength: 2 }),
    tie('object'),
  ),
}));

describe(mergeDifference, () => {
  it('is the merge patch from one to the other, and nothing when they are equal', () => {
    fc.assert(
      fc.property(json.object, json.object, (before, after) => {
        const patch = mergeDifference(before, after);
        expect(patch === undefined ? before : applyMergePatch(before, patch)).toEqual(after);
      }),
    );
  });
});

describe(statusChanges, () => {
  it('finds nothing to write when the status is as wanted', () => {
    const live = replicaSet('web', { replicas: 2 });

    expect(statusChanges(live, { ...live.status, conditions: undefined })).toBeUndefined();
    expect(statusChanges(live, { replicas: 1 })).toEqual({
      replicas: 1,
      readyReplicas: null,
      availableReplicas: null,
      observedGeneration: null,
    });
  });
});

describe(planClaims, () => {
  const owner = replicaSet('web', { replicas: 1 });
  const other = replicaSet('other', { replicas: 1 });
  const selector = { matchLabels: { app: 'web' } };
  const names = (objects: readonly { metadata: { name?: string } }[]): (string | undefined)[] =>
    objects.map(({ metadata }) => metadata.name);

  it('adopts orphans, releases what it selects no more, and leaves what others have', () => {
    const claims = planClaims(owner, selector, [
      pod('own', { owner }),
      pod('orphan'),
      pod('strayed', { owner, labels: { app: 'x' } }),
      pod('theirs', { owner: other }),
      pod('leaving', { terminating: true }),
    ]);

    expect(names(claims.owned)).toEqual(['own', 'orphan']);
    expect(claims.actions).toMatchObject([
      { object: { metadata: { name: 'orphan' } }, changes: { metadata: { ownerReferences: [{ uid: 'uid-web' }] } } },
      { object: { metadata: { name: 'strayed' } }, changes: { metadata: { ownerReferences: null } } },
    ]);
  });

  it('adopts nothing while it is being deleted', () => {
    const deleted = { ...owner, metadata: { ...owner.metadata, deletionTimestamp: 'x' } };

    expect(planClaims(deleted, selector, [pod('orphan')])).toEqual({ owned: [], actions: [] });
  });
});

describe(PendingDeletions, () => {
  it('hides what was deleted until the store shows it, or for a minute', () => {
    const pending = new PendingDeletions();
    const [a, b] = [pod('a'), pod('b')];
    pending.note({ actions: [{ do: 'delete', object: a }] }, NOW);

    expect(pending.without([a, b], NOW)).toEqual([b]);
    expect(pending.without([a, b], NOW + 60_001)).toEqual([a, b]);
  });
});
