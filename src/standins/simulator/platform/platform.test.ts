import { describe, expect, it } from 'vitest';
import type { Condition } from '../model/meta.ts';
import type { Pod } from '../model/pod.ts';
import { NOW, inShort, pod, replicaSet, statusOf } from '../testing/builders.ts';
import { planAutoscaler } from './plan-autoscaler.ts';
import type { Autoscaler } from './plan-autoscaler.ts';
import { planClaim, planReclaim } from './plan-claim.ts';
import type { Claim, PersistentVolume } from './plan-claim.ts';
import { planDisruptionBudget } from './plan-disruption-budget.ts';
import type { DisruptionBudget } from './plan-disruption-budget.ts';

describe(planDisruptionBudget, () => {
  const owner = replicaSet('web', { replicas: 4 });
  const healthy = (name: string): Pod => pod(name, { ready: true, owner });
  const pods = [healthy('a'), healthy('b'), healthy('c'), pod('d', { owner })];

  function counts(spec: DisruptionBudget['spec'], of: readonly Pod[] = pods): Record<string, unknown> {
    const budget: DisruptionBudget = {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'web', namespace: 'shop', generation: 2 },
      spec: { selector: { matchLabels: { app: 'web' } }, ...spec },
    };
    return statusOf(planDisruptionBudget({ budget, pods: of, scaleOf: () => ({ uid: 'x', replicas: 4 }), now: NOW }));
  }

  it.each([
    { spec: { minAvailable: 2 }, expectedPods: 4, desiredHealthy: 2, disruptionsAllowed: 1 },
    { spec: { minAvailable: 3 }, expectedPods: 4, desiredHealthy: 3, disruptionsAllowed: 0 },
    { spec: { minAvailable: '30%' }, expectedPods: 4, desiredHealthy: 2, disruptionsAllowed: 1 },
    { spec: { maxUnavailable: 1 }, expectedPods: 4, desiredHealthy: 3, disruptionsAllowed: 0 },
    { spec: { maxUnavailable: '50%' }, expectedPods: 4, desiredHealthy: 2, disruptionsAllowed: 1 },
  ])('counts for $spec', ({ spec, ...expected }) => {
    expect(counts(spec)).toMatchObject({ currentHealthy: 3, observedGeneration: 2, ...expected });
  });

  it('allows none without Pods', () => {
    expect(counts({ maxUnavailable: 1 }, [])).toMatchObject({
      expectedPods: 0,
      disruptionsAllowed: 0,
      conditions: [{ type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientPods', observedGeneration: 2 }],
    });
  });
});

describe(planClaim, () => {
  const claim: Claim = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace: 'shop', uid: 'uid-data' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '2Gi' } } },
  };
  const volume: PersistentVolume = {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'pvc-uid-data', annotations: { 'pv.kubernetes.io/provisioned-by': 'simulated-provisioner' } },
    spec: {
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: '2Gi' },
      claimRef: { name: 'data', namespace: 'shop', uid: 'uid-data' },
      persistentVolumeReclaimPolicy: 'Delete',
    },
  };
  const named = { ...claim, spec: { ...claim.spec, volumeName: 'pvc-uid-data' } };

  it('makes a volume for the claim and names it', () => {
    const planned = planClaim(claim, undefined);

    expect(inShort(planned).filter((text) => !text.startsWith('Prov'))).toEqual([
      'create PersistentVolume pvc-uid-data',
      expect.stringContaining('"volumeName":"pvc-uid-data"'),
    ]);
    expect(planned.actions[0]).toMatchObject({
      object: { spec: { capacity: { storage: '2Gi' }, claimRef: { uid: 'uid-data' } } },
    });
  });

  it('binds both', () => {
    expect(planClaim(named, volume).actions).toMatchObject([
      { do: 'status', object: { kind: 'PersistentVolume' }, status: { phase: 'Bound' } },
      { do: 'status', status: { phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: { storage: '2Gi' } } },
    ]);
  });

  it.each([
    { reason: 'it names a volume that is not there', of: named, live: undefined },
    { reason: 'somebody else has the volume', of: named, live: { ...volume, spec: { ...volume.spec, claimRef: { uid: 'x' } } } }, // prettier-ignore
    {
      reason: 'it asks for no class',
      of: { ...claim, spec: { ...claim.spec, storageClassName: '' } },
      live: undefined,
    },
  ])('is pending when $reason', ({ of, live }) => {
    expect(planClaim(of, live).actions).toMatchObject([{ do: 'status', status: { phase: 'Pending' } }]);
  });

  it.each([
    { name: 'keeps a volume that is claimed', of: volume, claimed: true, does: [] },
    { name: 'deletes one that was made for a claim', of: volume, claimed: false, does: ['delete pvc-uid-data'] },
    {
      name: 'releases one that is to be kept',
      of: { ...volume, spec: { ...volume.spec, persistentVolumeReclaimPolicy: 'Retain' } },
      claimed: false,
      does: ['status'],
    },
  ])('$name', ({ of, claimed, does }) => {
    expect(inShort(planReclaim(of, claimed))).toEqual(does);
  });
});

describe(planAutoscaler, () => {
  const autoscaler: Autoscaler = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' }, maxReplicas: 5 },
  };

  it('is content with the size there is', () => {
    const status = statusOf<{ conditions: Condition[] }>(planAutoscaler(autoscaler, 3, NOW));

    expect(status).toMatchObject({ currentReplicas: 3, desiredReplicas: 3 });
    expect(status.conditions.map((condition) => `${condition.type} ${condition.status}`)).toEqual([
      'AbleToScale True',
      'ScalingActive True',
      'ScalingLimited False',
    ]);
  });

  it('says once that its target is missing', () => {
    const first = planAutoscaler(autoscaler, undefined, NOW);
    const again = planAutoscaler({ ...autoscaler, status: statusOf(first) }, undefined, NOW);

    expect(inShort(first)).toEqual(['status', expect.stringMatching(/^FailedGetScale/)]);
    expect(inShort(again)).toEqual(['status']);
  });
});
