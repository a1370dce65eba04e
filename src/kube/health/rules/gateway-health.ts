import { getPath } from '../../object.ts';
import { conditionsOf, health, listAt, optionalNumberAt, textAt, toCondition } from '../health-status.ts';
import type { Condition, HealthStatus } from '../health-status.ts';

/** What kinds of the Gateway API differ in. */
interface Reading {
  readonly conditions: readonly Condition[];
  /** Said before a message. */
  readonly prefix: string;
  /** Said when a condition has no message of its own. */
  readonly programming: string;
}

function failed(type: string, conditions: readonly Condition[]): Condition | undefined {
  return conditions.find((condition) => condition.type === type && condition.status === 'False');
}

/** The verdict of a list of conditions unless it is a good one. */
function trouble({ conditions, prefix, programming }: Reading): HealthStatus | undefined {
  for (const type of ['ResolvedRefs', 'Accepted']) {
    const found = failed(type, conditions);
    if (found !== undefined) return health('Degraded', prefix + (found.message || `Failed condition: ${type}`));
  }
  const unprogrammed = conditions.find(({ type, status }) => type === 'Programmed' && status !== 'True');
  if (unprogrammed === undefined) return undefined;
  return health('Progressing', prefix + (unprogrammed.message || programming));
}

function conditionsIn(value: unknown): readonly Condition[] {
  return listAt(value, 'conditions').map(toCondition);
}

function observedGenerations(value: unknown): readonly number[] {
  return listAt(value, 'conditions').flatMap((condition) => optionalNumberAt(condition, 'observedGeneration') ?? []);
}

/** Gateway: its own conditions, then those of its listeners */
export function gatewayHealth(object: unknown): HealthStatus {
  const own = trouble({
    conditions: conditionsOf(object),
    prefix: '',
    programming: 'Gateway is still being programmed',
  });
  if (own !== undefined) return own;
  const listeners = listAt(object, 'status', 'listeners');
  for (const listener of listeners) {
    const found = trouble({
      conditions: conditionsIn(listener),
      prefix: 'Listener: ',
      programming: 'Listener is still being programmed',
    });
    if (found !== undefined) return found;
  }
  const known = getPath(object, 'status', 'conditions') !== undefined || listeners.length > 0;
  return known ? health('Healthy', 'Gateway is healthy') : health('Progressing', 'Waiting for Gateway status');
}

/** ListenerSet: like a Gateway, but a stale condition says nothing, and a listener may be in conflict */
export function listenerSetHealth(object: unknown): HealthStatus {
  const waiting = health('Progressing', 'Waiting for ListenerSet status');
  const generation = optionalNumberAt(object, 'metadata', 'generation');
  const stale = observedGenerations(getPath(object, 'status')).some((observed) => observed !== generation);
  if (generation !== undefined && stale) return waiting;
  const own = trouble({
    conditions: conditionsOf(object).filter(({ type }) => type !== 'ResolvedRefs'),
    prefix: '',
    programming: 'ListenerSet is still being programmed',
  });
  if (own !== undefined) return own;
  const listeners = listAt(object, 'status', 'listeners');
  for (const listener of listeners) {
    const found = listenerTrouble(conditionsIn(listener));
    if (found !== undefined) return found;
  }
  return listeners.length > 0 ? health('Healthy', 'ListenerSet is healthy') : waiting;
}

function listenerTrouble(conditions: readonly Condition[]): HealthStatus | undefined {
  const conflict = conditions.find(({ type, status }) => type === 'Conflicted' && status === 'True');
  if (conflict !== undefined) return health('Degraded', `Listener: ${conflict.message || 'Listener is conflicted'}`);
  return trouble({ conditions, prefix: 'Listener: ', programming: 'Listener is still being programmed' });
}

/** HTTPRoute, GRPCRoute and the other routes: what the gateways that they are attached to say of this generation */
export function routeHealth(object: unknown): HealthStatus {
  const kind = textAt(object, 'kind');
  const generation = optionalNumberAt(object, 'metadata', 'generation');
  const parents = listAt(object, 'status', 'parents').filter((parent) => isCurrent(parent, { kind, generation }));
  for (const parent of parents) {
    const found = trouble({
      conditions: conditionsIn(parent),
      prefix: `Parent ${textAt(parent, 'parentRef', 'name')}: `,
      programming: 'Route is still being programmed',
    });
    if (found !== undefined) return found;
  }
  if (parents.length === 0) return health('Progressing', `Waiting for ${kind} status`);
  if (kind !== 'TLSRoute' || parents.some(isResolved)) return health('Healthy', `${kind} is healthy`);
  const name = textAt(parents[0], 'parentRef', 'name');
  return health('Progressing', `Parent ${name}: Waiting for ${kind} conditions`);
}

function isResolved(parent: unknown): boolean {
  const holds = (wanted: string): boolean =>
    conditionsIn(parent).some(({ type, status }) => type === wanted && status === 'True');
  return holds('Accepted') && holds('ResolvedRefs');
}

interface Wanted {
  readonly kind: string;
  readonly generation: number | undefined;
}

function isCurrent(parent: unknown, { kind, generation }: Wanted): boolean {
  if (listAt(parent, 'conditions').length === 0) return false;
  if (generation === undefined) return true;
  const observed = observedGenerations(parent);
  if (kind === 'TLSRoute') return observed.every((found) => found === generation);
  return kind === 'HTTPRoute' ? observed.includes(generation) : true;
}

/** Policies with `status.ancestors`: accepted by each ancestor whose controller is responsible for the target */
export function policyHealth(object: unknown): HealthStatus {
  const kind = textAt(object, 'kind');
  const generation = optionalNumberAt(object, 'metadata', 'generation');
  const ancestors = listAt(object, 'status', 'ancestors');
  const stale = ancestors.find((ancestor) => observedGenerations(ancestor).some((observed) => observed !== generation));
  if (generation !== undefined && stale !== undefined) {
    return health('Progressing', `Waiting for Ancestor ${nameOf(stale)} to update ${kind} status`);
  }
  const responsible = ancestors.filter((ancestor) => !isIrrelevant(ancestor));
  for (const ancestor of responsible) {
    const refusal = conditionsIn(ancestor).find(
      ({ type, status }) =>
        (status !== 'True' && (type === 'Accepted' || type === 'ResolvedRefs')) ||
        (status === 'True' && type === 'Conflicted'),
    );
    if (refusal !== undefined) return health('Degraded', `Ancestor ${nameOf(ancestor)}: ${refusal.message}`);
  }
  return isAccepted(object, responsible)
    ? health('Healthy', `${kind} is healthy`)
    : health('Progressing', `Waiting for ${kind} status`);
}

function isAccepted(object: unknown, ancestors: readonly unknown[]): boolean {
  const accepted = ancestors.flatMap(conditionsIn).some(({ type }) => type === 'Accepted');
  return accepted || (textAt(object, 'kind') !== 'BackendTLSPolicy' && ancestors.length > 0);
}

function nameOf(ancestor: unknown): string {
  return textAt(ancestor, 'ancestorRef', 'name');
}

function isIrrelevant(ancestor: unknown): boolean {
  const accepted = conditionsIn(ancestor).find(({ type }) => type === 'Accepted');
  return accepted !== undefined && accepted.status !== 'True' && accepted.reason === 'TargetNotFound';
}
