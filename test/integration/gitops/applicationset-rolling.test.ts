import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/kube/index.ts';
import { GitopsWorld, configMapKey, project } from '../../support/gitops-world.ts';
import { SET_KEY, applicationNamed, applicationNames, setStatus, tenant, tenantSet } from './applicationset-world.ts';

const MINUTE = 60_000;

describe('a rolling sync', () => {
  let world: GitopsWorld;
  beforeEach(async () => {
    world = await GitopsWorld.create();
    await world.hub.create(project());
    world.push({
      ...tenant('alpha'),
      ...tenant('beta', 'name: beta\nstage: second\n'),
      ...tenant('gamma', 'name: gamma\nstage: third\n'),
    });
    await world.start();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  function step(stage: string): Readonly<Record<string, unknown>> {
    return { matchExpressions: [{ key: 'stage', operator: 'In', values: [stage] }] };
  }

  function rollingSet(more: Readonly<Record<string, unknown>> = {}): KubeObject {
    const strategy = { type: 'RollingSync', rollingSync: { steps: [step('first'), step('second'), step('third')] } };
    return tenantSet({ spec: { strategy: { ...strategy, ...more } } });
  }

  async function stages(): Promise<Readonly<Record<string, string>>> {
    const { applicationStatus = [] } = await setStatus(world);
    return Object.fromEntries(applicationStatus.map(({ application, status }) => [application, status]));
  }

  async function complete(): Promise<void> {
    await world.until(async () => Object.values(await stages()).join() === 'Healthy,Healthy,Healthy', 5 * MINUTE);
  }

  it('syncs one step after the other, none of the Applications by itself', async () => {
    await world.hub.create(rollingSet());
    await complete();
    expect((await applicationNamed(world, 'gamma')).spec).toMatchObject({
      syncPolicy: { automated: { enabled: false, prune: true, selfHeal: true } },
    });
    const ends = await Promise.all(
      ['alpha', 'beta', 'gamma'].map(async (name) => (await world.status(name)).operationState),
    );
    const [first = '', second = '', third = ''] = ends.map((state) => state?.finishedAt);
    expect(first < second && second < third).toBe(true);
    expect(ends[0]?.operation).toMatchObject({
      initiatedBy: { username: 'applicationset-controller', automated: true },
      sync: { prune: true },
    });
    expect((await setStatus(world)).conditions?.find(({ type }) => type === 'RolloutProgressing')).toMatchObject({
      status: 'False',
      reason: 'ApplicationSetRolloutComplete',
    });
  });

  it('stops at a step that does not become healthy', async () => {
    const crashing = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'broken' } };
    const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'job:1' }] } };
    world.push({ 'apps/beta/broken.yaml': JSON.stringify({ ...crashing, spec: { template } }) });
    await world.hub.create(rollingSet());
    await world.until(async () => (await stages())['beta'] === 'Progressing', 5 * MINUTE);
    world.clock.advance(30 * MINUTE);
    await world.engine.idle();
    expect(await stages()).toEqual({ alpha: 'Healthy', beta: 'Progressing', gamma: 'Waiting' });
    expect(await world.hub.get(configMapKey('settings', 'gamma'))).toBeUndefined();
  });

  it('carries on after a restart', async () => {
    await world.hub.create(rollingSet());
    await world.until(async () => (await stages())['alpha'] === 'Healthy', 5 * MINUTE);
    await world.restart();
    await complete();
  });

  it('rolls a new commit out step by step, too', async () => {
    await world.hub.create(rollingSet());
    await complete();
    const settings = (name: string): string =>
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'settings' },
        data: { tenant: name, v: '2' },
      });
    world.push({
      'apps/alpha/settings.yaml': settings('alpha'),
      'apps/beta/settings.yaml': settings('beta'),
      'apps/gamma/settings.yaml': settings('gamma'),
    });
    const value = async (name: string): Promise<unknown> =>
      (await world.hub.get(configMapKey('settings', name)))?.['data'];
    await world.until(async () => JSON.stringify(await value('alpha')).includes('"v"'), 5 * MINUTE);
    expect(await value('gamma')).toEqual({ tenant: 'gamma' });
    await world.until(async () => JSON.stringify(await value('gamma')).includes('"v"'), 5 * MINUTE);
  });

  it('forgets how far it was when the set no longer rolls', async () => {
    await world.hub.create(rollingSet());
    await complete();
    await world.hub.patch(SET_KEY, { type: 'merge', body: { spec: { strategy: null } } });
    await world.until(async () => ((await setStatus(world)).applicationStatus ?? []).length === 0);
    await world.until(async () => {
      const { spec } = await applicationNamed(world, 'alpha');
      return !JSON.stringify(spec['syncPolicy']).includes('enabled');
    });
  });

  it('takes its Applications down from the last step where the order is reversed', async () => {
    await world.hub.create(rollingSet({ deletionOrder: 'Reverse' }));
    await complete();
    // held back until the test lets go of it
    const held = { ...SET_KEY, kind: 'Application', name: 'gamma' };
    const finalizers = ['resources-finalizer.argocd.argoproj.io', 'example.com/hold'];
    await world.hub.patch(held, { type: 'merge', body: { metadata: { finalizers } } });
    await world.hub.delete(SET_KEY);
    await world.until(
      async () => (await applicationNamed(world, 'gamma')).metadata.finalizers?.join() === 'example.com/hold',
    );
    await world.engine.idle();
    expect((await applicationNamed(world, 'beta')).metadata.deletionTimestamp).toBeUndefined();
    await world.hub.patch(held, { type: 'merge', body: { metadata: { finalizers: null } } });
    await world.until(async () => (await applicationNames(world)).length === 0);
  });
});
