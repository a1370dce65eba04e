import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { builtinHealth, healthOf } from './health.ts';
import type { KubeObject } from './object.ts';

function object(apiVersion: string, kind: string, rest: object = {}): KubeObject {
  return { apiVersion, kind, metadata: { name: 'x', generation: 2 }, ...rest };
}

const observed = { observedGeneration: 2 };

describe('healthOf', () => {
  it.each<{ name: string; object: KubeObject; status: string | undefined }>([
    {
      name: 'a Deployment that is up',
      object: object('apps/v1', 'Deployment', {
        spec: { replicas: 2 },
        status: { ...observed, replicas: 2, updatedReplicas: 2, availableReplicas: 2 },
      }),
      status: 'Healthy',
    },
    {
      name: 'a Deployment with old replicas',
      object: object('apps/v1', 'Deployment', {
        spec: { replicas: 2 },
        status: { ...observed, replicas: 3, updatedReplicas: 2, availableReplicas: 2 },
      }),
      status: 'Progressing',
    },
    {
      name: 'a Deployment not seen yet',
      object: object('apps/v1', 'Deployment', { status: { observedGeneration: 1 } }),
      status: 'Progressing',
    },
    {
      name: 'a paused Deployment',
      object: object('apps/v1', 'Deployment', { spec: { paused: true } }),
      status: 'Suspended',
    },
    {
      name: 'a Deployment over its deadline',
      object: object('apps/v1', 'Deployment', {
        status: { ...observed, conditions: [{ type: 'Progressing', reason: 'ProgressDeadlineExceeded' }] },
      }),
      status: 'Degraded',
    },
    { name: 'a Deployment of an old version', object: object('apps/v1beta1', 'Deployment'), status: 'Unknown' },
    {
      name: 'a ReplicaSet that cannot create',
      object: object('apps/v1', 'ReplicaSet', {
        status: { ...observed, conditions: [{ type: 'ReplicaFailure', status: 'True', message: 'quota' }] },
      }),
      status: 'Degraded',
    },
    {
      name: 'a ReplicaSet still starting',
      object: object('apps/v1', 'ReplicaSet', { spec: { replicas: 1 }, status: observed }),
      status: 'Progressing',
    },
    {
      name: 'a DaemonSet rolling out',
      object: object('apps/v1', 'DaemonSet', {
        status: { ...observed, desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 1 },
      }),
      status: 'Progressing',
    },
    {
      name: 'a StatefulSet between revisions',
      object: object('apps/v1', 'StatefulSet', { status: { ...observed, updateRevision: 'b', currentRevision: 'a' } }),
      status: 'Progressing',
    },
    {
      name: 'a StatefulSet with a partition',
      object: object('apps/v1', 'StatefulSet', {
        spec: { replicas: 3, updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } },
        status: { ...observed, readyReplicas: 3, updatedReplicas: 2 },
      }),
      status: 'Healthy',
    },
    {
      name: 'a Job that failed',
      object: object('batch/v1', 'Job', { status: { conditions: [{ type: 'Failed', message: 'm' }] } }),
      status: 'Degraded',
    },
    {
      name: 'a Job that completed',
      object: object('batch/v1', 'Job', { status: { conditions: [{ type: 'Complete', status: 'True' }] } }),
      status: 'Healthy',
    },
    {
      name: 'a bound claim',
      object: object('v1', 'PersistentVolumeClaim', { status: { phase: 'Bound' } }),
      status: 'Healthy',
    },
    {
      name: 'a lost claim',
      object: object('v1', 'PersistentVolumeClaim', { status: { phase: 'Lost' } }),
      status: 'Degraded',
    },
    {
      name: 'a cluster-internal Service',
      object: object('v1', 'Service', { spec: { type: 'ClusterIP' } }),
      status: 'Healthy',
    },
    {
      name: 'a load balancer without an address',
      object: object('v1', 'Service', { spec: { type: 'LoadBalancer' } }),
      status: 'Progressing',
    },
    {
      name: 'a Pod whose container crashed',
      object: object('v1', 'Pod', {
        spec: { restartPolicy: 'Always' },
        status: { phase: 'Running', containerStatuses: [{ lastState: { terminated: {} } }] },
      }),
      status: 'Degraded',
    },
    {
      name: 'a hook Pod that cannot pull',
      object: object('v1', 'Pod', {
        spec: { restartPolicy: 'Never' },
        status: { phase: 'Pending', containerStatuses: [{ state: { waiting: { reason: 'ImagePullBackOff' } } }] },
      }),
      status: 'Progressing',
    },
    {
      name: 'an autoscaler without metrics',
      object: object('autoscaling/v2', 'HorizontalPodAutoscaler', {
        status: {
          conditions: [
            { type: 'AbleToScale', status: 'True' },
            { type: 'ScalingActive', status: 'False', reason: 'FailedGetPodsMetric' },
          ],
        },
      }),
      status: 'Degraded',
    },
    {
      name: 'a Workflow that failed',
      object: object('argoproj.io/v1alpha1', 'Workflow', { status: { phase: 'Error' } }),
      status: 'Degraded',
    },
    { name: 'a kind without a check', object: object('v1', 'ConfigMap'), status: undefined },
    { name: 'a ConfigMap', object: object('v1', 'ConfigMap'), status: undefined },
  ])('assesses $name as $status', ({ object: given, status }) => {
    expect(healthOf(given)?.status).toBe(status);
  });

  it('says that a deletion is pending, unless a hook holds it', () => {
    const deleted = object('v1', 'ConfigMap', { metadata: { deletionTimestamp: 'now' } });
    expect(healthOf(deleted)).toEqual({ status: 'Progressing', message: 'Pending deletion' });
    const held = { deletionTimestamp: 'now', finalizers: ['argocd.argoproj.io/hook-finalizer'] };
    expect(healthOf(object('v1', 'ConfigMap', { metadata: held }))).toBeUndefined();
  });

  it('lets a suspended Job count as healthy in its application', () => {
    const conditions = [{ type: 'Suspended', status: 'True', message: 'm' }];
    expect(healthOf(object('batch/v1', 'Job', { status: { conditions } }))).toEqual({
      status: 'Suspended',
      message: 'm',
      aggregateAs: 'Healthy',
    });
  });
});

interface Case {
  readonly id: string;
  readonly object: KubeObject;
  readonly expected: { readonly status?: string; readonly message?: string } | null;
}

const cases = new URL('../../../shared/conformance/argocd-health-builtin.jsonl', import.meta.url);
const present = existsSync(cases);
if (!present)
  process.stderr.write('skipped: health checks against the cases of Argo CD, which are not beside the project\n');

describe.skipIf(!present)('builtinHealth against the cases of Argo CD', () => {
  const lines = present ? readFileSync(cases, 'utf8').trim().split('\n') : [];
  it.each(lines.map((line) => JSON.parse(line) as Case))('$id', ({ object: given, expected }) => {
    if (expected === null) expect(builtinHealth(given)).toBeUndefined();
    else expect(builtinHealth(given)).toMatchObject(expected);
  });
});
