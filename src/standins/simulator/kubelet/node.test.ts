import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../kube/index.ts';
import { NOW, statusOf } from '../testing/builders.ts';
import { planLease, planNode } from './node.ts';

const node: KubeObject = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'simulated-node' } };

describe(planNode, () => {
  it('registers the node, sets it Ready, then leaves it alone', () => {
    const [create] = planNode(undefined, NOW);
    const status = statusOf<{ conditions: { type: string; status: string }[] }>({ actions: planNode(node, NOW) });

    expect(create).toMatchObject({ do: 'create', object: { metadata: { name: 'simulated-node' } } });
    expect(status.conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'True' }));
    expect(planNode({ ...node, status }, NOW)).toEqual([]);
  });
});

describe(planLease, () => {
  const lease = (renewTime: string): KubeObject => ({ ...node, kind: 'Lease', spec: { renewTime } });

  it.each([
    { name: 'takes it', lease: undefined, does: ['create'] },
    { name: 'keeps a fresh one', lease: lease('2026-01-15T08:00:00.000000Z'), does: [] },
    { name: 'renews it after half its time', lease: lease('2026-01-14T20:00:00.000000Z'), does: ['patch'] },
  ])('$name', ({ lease: live, does }) => {
    expect(planLease(live, NOW).map((action) => action.do)).toEqual(does);
  });
});
