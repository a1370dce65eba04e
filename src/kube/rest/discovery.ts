import { isJsonObject } from '../../core/index.ts';
import type { JsonObject, JsonValue } from '../../core/index.ts';
import { ApiError } from '../api-error.ts';
import type { CallOptions, Discovery } from '../client.ts';
import { apiVersionOf } from '../object.ts';
import type { ApiResource, GroupVersionKind } from '../object.ts';
import type { Transport } from './transport.ts';

const ACCEPT = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';

interface ServedVersion {
  readonly group: string;
  readonly version: string;
  /** The aggregated server behind it did not answer. */
  readonly stale: boolean;
  readonly resources: readonly ServedResource[];
}

interface ServedResource extends ApiResource {
  readonly verbs: readonly string[];
}

interface Served {
  /** In the order of preference within each group. */
  readonly versions: readonly ServedVersion[];
  readonly byKind: ReadonlyMap<string, ApiResource>;
}

/** Aggregated discovery (v2, as of Kubernetes 1.30), asked for once and kept until it is invalidated or a kind is missing. */
export class AggregatedDiscovery implements Discovery {
  readonly #transport: Transport;
  #served: Served | undefined;
  #pending: Promise<Served> | undefined;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async resourceFor(gvk: GroupVersionKind, options: CallOptions = {}): Promise<ApiResource> {
    const known = this.#served?.byKind.get(keyOf(gvk));
    if (known !== undefined) return known;
    this.#served = undefined; // the kind may be new
    const served = await abortable(this.#load(), options.signal);
    const found = served.byKind.get(keyOf(gvk));
    if (found !== undefined) return found;
    throw notServed(gvk, served);
  }

  async resources(options: CallOptions = {}): Promise<readonly ApiResource[]> {
    const served = this.#served ?? (await abortable(this.#load(), options.signal));
    const preferred = new Map<string, ApiResource>();
    for (const resource of served.versions.flatMap((version) => version.resources)) {
      const key = `${resource.group}/${resource.resource}`;
      const usable = resource.verbs.includes('list') && resource.verbs.includes('watch');
      if (usable && !preferred.has(key)) preferred.set(key, resource);
    }
    return [...preferred.values()];
  }

  invalidate(): void {
    this.#served = undefined;
    this.#pending = undefined;
  }

  /** One request at a time, whoever asks; not bound to one caller's signal. */
  #load(): Promise<Served> {
    if (this.#pending !== undefined) return this.#pending;
    const pending = this.#fetch();
    this.#pending = pending;
    const settle = (served: Served | undefined): void => {
      if (this.#pending !== pending) return; // invalidated meanwhile
      this.#pending = undefined;
      this.#served = served;
    };
    pending.then(settle, () => settle(undefined));
    return pending;
  }

  async #fetch(): Promise<Served> {
    const ask = (path: string): Promise<JsonValue> => this.#transport.json({ method: 'GET', path, accept: ACCEPT });
    const [core, groups] = await Promise.all([ask('/api'), ask('/apis')]);
    const versions = [...parseGroups(core), ...parseGroups(groups)];
    const resources = versions.flatMap((version) => version.resources);
    return { versions, byKind: new Map(resources.map((resource) => [keyOf(resource), resource])) };
  }
}

function keyOf(gvk: GroupVersionKind): string {
  return `${gvk.group}/${gvk.version}/${gvk.kind}`;
}

function notServed(gvk: GroupVersionKind, served: Served): ApiError {
  const apiVersion = apiVersionOf(gvk);
  const stale = served.versions.some((version) => version.stale && apiVersionOf(version) === apiVersion);
  const failure = stale
    ? ({
        httpCode: 503,
        reason: 'ServiceUnavailable',
        message: `Cannot discover ${apiVersion}: its server is down`,
      } as const)
    : ({
        httpCode: 404,
        reason: 'NotFound',
        message: `The cluster does not serve ${gvk.kind} in ${apiVersion}`,
      } as const);
  return new ApiError({ ...failure, group: gvk.group, kind: gvk.kind });
}

async function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  return Promise.race([work, promise]).finally(() => signal.removeEventListener('abort', onAbort));
}

function parseGroups(list: JsonValue): ServedVersion[] {
  if (!isJsonObject(list) || list['kind'] !== 'APIGroupDiscoveryList') {
    throw new ApiError({
      httpCode: 406,
      reason: 'NotAcceptable',
      message: 'Cannot discover what the cluster serves: aggregated discovery v2 (Kubernetes 1.30) is missing',
    });
  }
  return objects(list['items']).flatMap((item) => {
    const group = text(isJsonObject(item['metadata']) ? item['metadata']['name'] : '');
    return objects(item['versions']).map((version) => parseVersion(group, version));
  });
}

function parseVersion(group: string, item: JsonObject): ServedVersion {
  const version = text(item['version']);
  return {
    group,
    version,
    stale: item['freshness'] === 'Stale',
    resources: objects(item['resources']).map((resource) => parseResource({ group, version }, resource)),
  };
}

function parseResource(served: { readonly group: string; readonly version: string }, item: JsonObject): ServedResource {
  const kind = isJsonObject(item['responseKind']) ? item['responseKind'] : {};
  const verbs = Array.isArray(item['verbs']) ? item['verbs'] : [];
  return {
    ...served,
    kind: text(kind['kind']),
    resource: text(item['resource']),
    namespaced: item['scope'] === 'Namespaced',
    verbs: verbs.map(text),
  };
}

function objects(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
