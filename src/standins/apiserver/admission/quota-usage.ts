import { isJsonObject } from '../../../core/index.ts';
import type { JsonObject, JsonValue } from '../../../core/index.ts';
import { QuantityError, formatQuantity, getPath, parseQuantity } from '../../../kube/index.ts';
import type { KubeObject, Quantity } from '../../../kube/index.ts';
import { listAt, textAt } from '../tables/values.ts';

/** Amounts by the name of the resource, as a quota names it. */
export type Amounts = ReadonlyMap<string, Quantity>;

const COUNTED: ReadonlySet<string> = new Set([
  'configmaps',
  'persistentvolumeclaims',
  'pods',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'services',
]);
const COMPUTE = ['cpu', 'memory', 'ephemeral-storage'];
const ONE = parseQuantity(1);

/** What one object counts against the quotas of its namespace. */
export function amountsOf(collection: string, object: KubeObject): Amounts {
  const amounts = new Map<string, Quantity>([[`count/${collection}`, ONE]]);
  if (collection === 'pods' && isOver(object)) return amounts;
  if (COUNTED.has(collection)) amounts.set(collection, ONE);
  if (collection === 'pods') addCompute(amounts, object);
  if (collection === 'services') addService(amounts, textAt(object, ['spec', 'type']));
  if (collection === 'persistentvolumeclaims')
    add(amounts, 'requests.storage', getPath(object, 'spec', 'resources', 'requests', 'storage'));
  return amounts;
}

function isOver(pod: KubeObject): boolean {
  const phase = getPath(pod, 'status', 'phase');
  return phase === 'Succeeded' || phase === 'Failed';
}

function addService(amounts: Map<string, Quantity>, type: string): void {
  if (type === 'NodePort' || type === 'LoadBalancer') amounts.set('services.nodeports', ONE);
  if (type === 'LoadBalancer') amounts.set('services.loadbalancers', ONE);
}

function addCompute(amounts: Map<string, Quantity>, pod: KubeObject): void {
  for (const container of listAt(pod, 'spec', 'containers')) {
    for (const name of COMPUTE) {
      const request = getPath(container, 'resources', 'requests', name);
      add(amounts, `requests.${name}`, request);
      add(amounts, name, request);
      add(amounts, `limits.${name}`, getPath(container, 'resources', 'limits', name));
    }
  }
}

function add(amounts: Map<string, Quantity>, name: string, value: JsonValue | undefined): void {
  const amount = quantityOf(value);
  if (amount !== undefined) amounts.set(name, sum(amounts.get(name), amount));
}

export function sum(a: Quantity | undefined, b: Quantity): Quantity {
  return a === undefined ? b : { nano: a.nano + b.nano, format: a.format };
}

export function quantityOf(value: JsonValue | undefined): Quantity | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  try {
    return parseQuantity(value);
  } catch (error) {
    if (error instanceof QuantityError) return undefined; // validation tells of it
    throw error;
  }
}

/** Compute resources of a quota that some container of a Pod says nothing about. */
export function unstated(pod: KubeObject, hard: JsonObject): readonly string[] {
  return listAt(pod, 'spec', 'containers').flatMap((container) =>
    Object.keys(hard)
      .filter((name) => isCompute(name) && !states(container, name))
      .map((name) => `${name} for: ${textAt(container, ['name'])}`),
  );
}

function isCompute(name: string): boolean {
  return COMPUTE.includes(name.replace(/^(requests|limits)\./, ''));
}

function states(container: JsonObject, name: string): boolean {
  const part = name.startsWith('limits.') ? 'limits' : 'requests';
  return getPath(container, 'resources', part, name.replace(/^(requests|limits)\./, '')) !== undefined;
}

export function hardOf(quota: KubeObject): JsonObject {
  const hard = getPath(quota, 'spec', 'hard');
  return isJsonObject(hard) ? hard : {};
}

/** `cpu=1,pods=2`. */
export function amountsText(amounts: Iterable<readonly [string, Quantity]>): string {
  return [...amounts]
    .map(([name, amount]) => `${name}=${formatQuantity(amount)}`)
    .sort()
    .join(',');
}
