import { describe, expect, it } from 'vitest';
import { testCluster } from '../testing/test-cluster.ts';

const V1 = '/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers';
const V2 = V1.replace('/v1/', '/v2/');
const TARGET = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };

function memory(averageUtilization: number): object {
  return { type: 'Resource', resource: { name: 'memory', target: { type: 'Utilization', averageUtilization } } };
}

describe('autoscaling/v1', () => {
  it('shows the processor as a field of its own, and keeps the rest', async () => {
    await using cluster = await testCluster();
    const cpu = {
      type: 'Resource',
      resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } },
    };
    const spec = { scaleTargetRef: TARGET, maxReplicas: 3, metrics: [cpu, memory(70)] };
    const body = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'web' }, spec };
    expect((await cluster.call('POST', V2, { body })).code).toBe(201);
    const old = await cluster.call('GET', `${V1}/web`);
    expect(old.body).toMatchObject({
      apiVersion: 'autoscaling/v1',
      spec: { targetCPUUtilizationPercentage: 60, minReplicas: 1 },
    });
    const next = { ...old.body, spec: { ...(old.body['spec'] as object), targetCPUUtilizationPercentage: 50 } };
    expect((await cluster.call('PUT', `${V1}/web`, { body: next })).code).toBe(200);
    const { body: kept } = await cluster.call('GET', `${V2}/web`);
    expect(kept['spec']).toMatchObject({
      metrics: [{ resource: { name: 'cpu', target: { averageUtilization: 50 } } }, memory(70)],
    });
    expect(kept.metadata.annotations).toBeUndefined();
  });

  it('aims at 80 % where nothing is asked for', async () => {
    await using cluster = await testCluster();
    const spec = { scaleTargetRef: TARGET, maxReplicas: 3 };
    const body = { apiVersion: 'autoscaling/v1', kind: 'HorizontalPodAutoscaler', metadata: { name: 'web' }, spec };
    await cluster.call('POST', V1, { body });
    const { body: kept } = await cluster.call('GET', `${V2}/web`);
    expect(kept['spec']).toMatchObject({ metrics: [{ resource: { target: { averageUtilization: 80 } } }] });
  });
});
