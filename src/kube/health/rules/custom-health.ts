import { gvkOf } from '../../object.ts';
import type { KubeObject } from '../../object.ts';
import type { HealthCheck, HealthStatus } from '../health-status.ts';
import { gatewayHealth, listenerSetHealth, policyHealth, routeHealth } from './gateway-health.ts';
import { ARGO_RULES } from './argo-rules.ts';
import { PLATFORM_RULES } from './platform-rules.ts';
import { PROMOTER_RULES } from './promoter-rules.ts';
import { rolloutHealth } from './rollout-health.ts';
import { applyRules } from './rule-evaluation.ts';
import { parseRules } from './rule-table.ts';
import type { Rule } from './rule-table.ts';
import { SERVICE_RULES } from './service-rules.ts';
import { TRAFFIC_RULES } from './traffic-rules.ts';

/** Kinds whose health is more than a list of rules can say. */
const CHECKS: Readonly<Record<string, HealthCheck>> = {
  'argoproj.io/Rollout': rolloutHealth,
  'gateway.networking.k8s.io/Gateway': gatewayHealth,
  'gateway.networking.k8s.io/ListenerSet': listenerSetHealth,
  'gateway.networking.k8s.io/HTTPRoute': routeHealth,
  'gateway.networking.k8s.io/GRPCRoute': routeHealth,
  'gateway.networking.k8s.io/TLSRoute': routeHealth,
  'gateway.networking.k8s.io/BackendTLSPolicy': policyHealth,
};
const GROUP_CHECKS: Readonly<Record<string, HealthCheck>> = { 'microgateway.airlock.com': policyHealth };

interface Pattern {
  readonly matches: RegExp;
  readonly rules: readonly Rule[];
}

const TABLE = new Map(
  [ARGO_RULES, PROMOTER_RULES, TRAFFIC_RULES, PLATFORM_RULES, SERVICE_RULES].flatMap((text) => [...parseRules(text)]),
);
const PATTERNS: readonly Pattern[] = [...TABLE]
  .filter(([kind]) => kind.includes('*'))
  .map(([kind, rules]) => ({ matches: toRegExp(kind), rules }));

function toRegExp(pattern: string): RegExp {
  const literal = pattern.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${literal.replaceAll('*', '.*')}$`);
}

/** The rules of a kind; those of a pattern only where none name the kind itself. */
function rulesFor(kind: string): readonly Rule[] | undefined {
  return TABLE.get(kind) ?? PATTERNS.find(({ matches }) => matches.test(kind))?.rules;
}

/**
 * The health of a well-known custom kind, as the checks that Argo CD comes with assess it. Says nothing of its deletion.
 * @returns `undefined` when no rule speaks of the kind
 */
export function customHealth(object: KubeObject): HealthStatus | undefined {
  const { group, kind } = gvkOf(object);
  const check = CHECKS[`${group}/${kind}`] ?? GROUP_CHECKS[group];
  if (check !== undefined) return check(object);
  const rules = rulesFor(`${group}/${kind}`);
  return rules === undefined ? undefined : applyRules(rules, object);
}
