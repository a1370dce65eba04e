import type { KubeObject } from '../kube/index.ts';
import type { ObjectPair } from './ignore-differences.ts';

/** Both sides without the rules that a controller of the cluster collects from other roles, whatever Git says of them. */
export function withoutAggregatedRules(pair: ObjectPair): ObjectPair {
  const { target, live } = pair;
  const aggregates = target.kind === 'ClusterRole' && (target['aggregationRule'] ?? undefined) !== undefined;
  return aggregates ? { target: withoutRules(target), live: withoutRules(live) } : pair;
}

function withoutRules({ rules: _rules, ...rest }: KubeObject): KubeObject {
  return rest;
}
