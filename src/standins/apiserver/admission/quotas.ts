import { getPath } from '../../../kube/index.ts';
import type { KubeObject, Quantity } from '../../../kube/index.ts';
import type { AdmissionRequest, AdmissionStep } from '../ports.ts';
import { forbidden, groupResourceText } from '../status.ts';
import type { Store } from '../store/store.ts';
import { amountsOf, amountsText, hardOf, quantityOf, sum, unstated } from './quota-usage.ts';
import type { Amounts } from './quota-usage.ts';

const ZERO: Quantity = { nano: 0n, format: 'decimal' };

/** Holds what is created in a namespace to its ResourceQuotas. Quotas with scopes are not applied. */
export class QuotaAdmission implements AdmissionStep {
  readonly name = 'resource-quotas';
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  admit(request: AdmissionRequest): void {
    const { namespace, object, operation, subresource } = request;
    const quotas = this.#store.collection('resourcequotas');
    if (operation !== 'CREATE' || subresource !== '' || object === undefined || quotas.size === 0) return;
    const collection = groupResourceText({ group: request.gvk.group, resource: request.resource });
    const wanted = amountsOf(collection, object);
    for (const quota of quotas.entries(namespace)) this.#require(request, quota.object(), { collection, wanted });
  }

  #require(
    request: AdmissionRequest,
    quota: KubeObject,
    asked: { readonly collection: string; readonly wanted: Amounts },
  ): void {
    if (getPath(quota, 'spec', 'scopes') !== undefined || getPath(quota, 'spec', 'scopeSelector') !== undefined) return;
    const hard = hardOf(quota);
    const name = quota.metadata.name ?? '';
    const of = { group: request.gvk.group, resource: request.resource, name: request.name };
    const silent = asked.collection === 'pods' && request.object !== undefined ? unstated(request.object, hard) : [];
    if (silent.length > 0) throw forbidden(of, `failed quota: ${name}: must specify ${silent.join('; ')}`);
    const limited = [...asked.wanted].filter(([resource]) => hard[resource] !== undefined);
    if (limited.length === 0) return;
    const used = usageOf(this.#store, request.namespace, asked.collection);
    const over = limited.filter(([resource, amount]) => {
      const limit = quantityOf(hard[resource]);
      return limit !== undefined && sum(used.get(resource), amount).nano > limit.nano;
    });
    if (over.length === 0) return;
    const now = over.map(([resource]) => [resource, used.get(resource) ?? ZERO] as const);
    const limits = over.map(([resource]) => [resource, quantityOf(hard[resource]) ?? ZERO] as const);
    throw forbidden(
      of,
      `exceeded quota: ${name}, requested: ${amountsText(over)}, used: ${amountsText(now)}, limited: ${amountsText(limits)}`,
    );
  }
}

/** What the objects of a collection use in a namespace. */
export function usageOf(store: Store, namespace: string, collection: string): Amounts {
  const used = new Map<string, Quantity>();
  for (const entry of store.collection(collection).entries(namespace)) {
    for (const [resource, amount] of amountsOf(collection, entry.object()))
      used.set(resource, sum(used.get(resource), amount));
  }
  return used;
}
