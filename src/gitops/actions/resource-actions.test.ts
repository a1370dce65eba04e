import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../kube/index.ts';
import { resourceActions, runResourceAction } from './resource-actions.ts';

const now = new Date('2026-01-02T03:04:05Z');

function object(apiVersion: string, kind: string, rest: object = {}): KubeObject {
  return { apiVersion, kind, metadata: { name: 'web', namespace: 'shop' }, ...rest };
}

function names(offered: KubeObject): readonly string[] {
  return resourceActions(offered).flatMap(({ name, disabled }) => (disabled === true ? [] : [name]));
}

describe(resourceActions, () => {
  it.each([
    [
      'a paused Deployment',
      object('apps/v1', 'Deployment', { spec: { paused: true } }),
      ['restart', 'resume', 'scale'],
    ],
    [
      'a Job that has ended',
      object('batch/v1', 'Job', { status: { conditions: [{ type: 'Complete', status: 'True' }] } }),
      [],
    ],
    [
      'a suspended Kustomization',
      object('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', { spec: { suspend: true } }),
      ['resume'],
    ],
    ['a kind without any', object('v1', 'ConfigMap'), []],
  ])('offers what makes sense for %s', (_, given, expected) => {
    expect(names(given)).toEqual(expected);
  });

  it('offers a held rollout to go on', () => {
    const rollout = object('argoproj.io/v1alpha1', 'Rollout', {
      spec: { strategy: { canary: { steps: [{ setWeight: 20 }] } } },
      status: { pauseConditions: [{ reason: 'CanaryPauseStep' }], currentStepIndex: 0 },
    });

    expect(names(rollout)).toEqual(['restart', 'resume', 'abort', 'promote-full', 'skip-current-step', 'pause']);
  });
});

describe(runResourceAction, () => {
  it('writes the time of a restart into the pod template', () => {
    const [effect] = runResourceAction(object('apps/v1', 'StatefulSet'), { name: 'restart', now });

    expect(effect).toMatchObject({
      operation: 'patch',
      object: {
        spec: {
          template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': '2026-01-02T03:04:05Z' } } },
        },
      },
    });
  });

  it('takes away the annotation that paused a scaler', () => {
    const paused = object('keda.sh/v1alpha1', 'ScaledObject');
    const given = {
      ...paused,
      metadata: { ...paused.metadata, annotations: { 'autoscaling.keda.sh/paused': 'true' } },
    };

    const [effect] = runResourceAction(given, { name: 'resume', now });

    expect(effect?.object.metadata.annotations).toEqual({});
  });

  it('makes a Job of a CronJob, owned by it', () => {
    const cronJob = object('batch/v1', 'CronJob', { spec: { jobTemplate: { spec: { suspend: false } } } });

    const [effect] = runResourceAction(cronJob, { name: 'create-job', now });

    expect(effect).toMatchObject({
      operation: 'create',
      object: {
        kind: 'Job',
        metadata: { name: 'web-202601020304', namespace: 'shop', ownerReferences: [{ kind: 'CronJob', name: 'web' }] },
        spec: { suspend: false },
      },
    });
  });

  it.each(['not_a_number', '-1', '', '1e3'])('refuses to scale to %j', (replicas) => {
    const request = { name: 'scale', parameters: { replicas }, now };

    expect(() => runResourceAction(object('apps/v1', 'Deployment'), request)).toThrow(`invalid number: ${replicas}`);
  });

  it('refuses an action that the kind does not have', () => {
    expect(() => runResourceAction(object('v1', 'Pod'), { name: 'restart', now })).toThrow(
      'Cannot run action on /Pod: restart',
    );
  });
});
