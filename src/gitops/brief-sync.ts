import type { Application } from './application.ts';
import type { Comparison } from './comparison.ts';
import type { Evaluation } from './evaluation.ts';
import { waveOf } from './hooks.ts';
import { optionsOf } from './sync-options.ts';
import { objectOf } from './sync-task.ts';

/** Objects that can be written before anybody would see that it has begun. */
const FEW = 3;

/**
 * Whether an automatic sync is over with the pass in which it begins: a few objects changed, in one phase and wave, none
 * to be pruned. If it is cut short, what is left of it is found and synced like any other change.
 */
export function isBrief(
  application: Application,
  { cluster, desired }: Pick<Evaluation, 'cluster' | 'desired'>,
  comparison: Comparison | undefined,
): boolean {
  if (application.status.operationState?.phase === 'Running' || cluster === undefined) return false;
  if (desired === undefined || desired.state.hooks.length > 0 || comparison === undefined) return false;
  const { resources } = comparison;
  if (resources.some(({ target }) => target === undefined)) return false;
  if (resources.filter(({ status }) => status === 'OutOfSync').length > FEW) return false;
  const [first] = resources;
  if (first === undefined || resources.some((one) => waveOf(objectOf(one)) !== waveOf(objectOf(first)))) return false;
  return !makesNamespace(application, cluster);
}

function makesNamespace(application: Application, cluster: NonNullable<Evaluation['cluster']>): boolean {
  const { spec } = application;
  const { namespace = '' } = spec.destination;
  if (namespace === '' || !optionsOf(application).includes('CreateNamespace=true')) return false;
  if (spec.syncPolicy?.managedNamespaceMetadata !== undefined) return true;
  return cluster.get({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }) === undefined;
}
