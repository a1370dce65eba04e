import { getPath } from '../../src/kube/index.ts';
import type { KubeObject } from '../../src/kube/index.ts';
import { applicationName, folderOf, namespaceOf } from './content.ts';
import type { EngineCounts } from './engine-process.ts';
import type { Figures } from './figures.ts';
import { lastOf } from './observer.ts';
import { calm } from './rest.ts';
import type { World } from './world.ts';

const SET = { group: 'argoproj.io', version: 'v1alpha1', kind: 'ApplicationSet', namespace: 'argocd', name: 'bench' };

/** W14: one ApplicationSet makes all Applications, which nobody syncs; then one parameter changes. */
export async function generate(world: World): Promise<Figures> {
  const elements = world.names.map((name, index) => ({
    name,
    namespace: namespaceOf(index),
    path: folderOf(index),
    tier: 'first',
  }));
  const started = performance.now();
  await world.hub.create(setOf(world.repoURL, elements));
  const made = lastOf(await world.applications.until(world.names, () => true)) - started;
  await world.applications.until(world.names, (one) => getPath(one, 'status', 'sync', 'status') === 'OutOfSync');
  await calm(world);
  const [first, ...rest] = elements;
  const before = await world.engine.ask<EngineCounts>('counts');
  const changed = world.applications.until(
    [applicationName(0)],
    ({ metadata }) => metadata.labels?.['tier'] === 'second',
  );
  const began = performance.now();
  const body = { spec: { generators: [{ list: { elements: [{ ...first, tier: 'second' }, ...rest] } }] } };
  await world.hub.patch(SET, { type: 'merge', body });
  const took = lastOf(await changed) - began;
  await calm(world);
  const after = await world.engine.ask<EngineCounts>('counts');
  return {
    generateSeconds: made / 1000,
    generateChangeMs: took,
    generateChangeWrites: after.writes - before.writes,
  };
}

function setOf(repoURL: string, elements: readonly object[]): KubeObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: { name: SET.name, namespace: SET.namespace },
    spec: {
      goTemplate: true,
      generators: [{ list: { elements } }],
      template: {
        metadata: { name: '{{.name}}', labels: { tier: '{{.tier}}' } },
        spec: {
          project: 'bench',
          source: { repoURL, targetRevision: 'main', path: '{{.path}}' },
          destination: { name: 'cluster', namespace: '{{.namespace}}' },
        },
      },
    },
  };
}
