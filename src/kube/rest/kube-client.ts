import { isJsonObject } from '../../core/index.ts';
import type { Clock, Fetch, JsonObject, JsonValue } from '../../core/index.ts';
import { ApiError, isApiError } from '../api-error.ts';
import type {
  ApplyOptions,
  CallOptions,
  DeleteOptions,
  KubeClient,
  ListOptions,
  PatchType,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from '../client.ts';
import { apiVersionOf, asJson, gvkOf } from '../object.ts';
import type { ApiResource, GroupVersionKind, KubeList, KubeObject, ObjectKey } from '../object.ts';
import { AggregatedDiscovery } from './discovery.ts';
import { requireNamespace, resourcePath } from './resource-path.ts';
import { Transport } from './transport.ts';
import type { Call } from './transport.ts';
import { watchEvents } from './watch-stream.ts';

export interface KubeClientOptions {
  /** The API server's URL. */
  readonly server: string;
  readonly fetch: Fetch;
  /** Names this writer in `managedFields`, unless a call names another. */
  readonly fieldManager: string;
  /** @default 'stoa-cd' */
  readonly userAgent?: string;
  /** @default the machine's clock */
  readonly clock?: Clock;
  /** Sent with every request, for instance to impersonate. */
  readonly headers?: Readonly<Record<string, string>>;
}

const PAGE = 500;

const CONTENT_TYPE: Readonly<Record<PatchType, string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
};

/** A client of one cluster. Bytes are passed on as they are: no field is lost on the way, known or not. */
export function createKubeClient(options: KubeClientOptions): KubeClient {
  return new RestClient(options);
}

class RestClient implements KubeClient {
  readonly discovery: AggregatedDiscovery;
  readonly server: string;
  readonly #transport: Transport;
  readonly #fieldManager: string;

  constructor(options: KubeClientOptions) {
    this.#transport = new Transport({ ...options, userAgent: options.userAgent ?? 'stoa-cd' });
    this.#fieldManager = options.fieldManager;
    this.server = this.#transport.server;
    this.discovery = new AggregatedDiscovery(this.#transport);
  }

  async get(key: ObjectKey, options: CallOptions = {}): Promise<KubeObject | undefined> {
    const path = await this.#objectPath(key, options);
    try {
      return toObject(await this.#transport.json({ method: 'GET', path, signal: options.signal }));
    } catch (error) {
      if (isApiError(error, 'NotFound')) return undefined;
      throw error;
    }
  }

  async list(gvk: GroupVersionKind, options: ListOptions = {}): Promise<KubeList> {
    const resource = await this.discovery.resourceFor(gvk, options);
    const call = collectionCall(resource, options);
    try {
      return await this.#pages(call, gvk);
    } catch (error) {
      if (isApiError(error, 'NotFound')) this.discovery.invalidate();
      throw error;
    }
  }

  async *watch(gvk: GroupVersionKind, options: WatchOptions): AsyncGenerator<WatchEvent> {
    const { signal } = options;
    try {
      const resource = await this.discovery.resourceFor(gvk, options);
      const call = collectionCall(resource, options);
      const query = {
        ...call.query,
        watch: 'true',
        allowWatchBookmarks: 'true',
        resourceVersion: options.resourceVersion,
      };
      const response = await this.#transport.open({ ...call, query });
      yield* watchEvents(response, { server: this.server, signal });
    } catch (error) {
      if (signal?.aborted === true) return;
      if (isApiError(error, 'NotFound')) this.discovery.invalidate();
      throw isApiError(error, 'Gone') ? new ApiError({ ...error.status, reason: 'Expired' }, error) : error;
    }
  }

  async create(object: KubeObject, options: WriteOptions = {}): Promise<KubeObject> {
    const resource = await this.discovery.resourceFor(gvkOf(object), options);
    const { namespace, name } = object.metadata;
    requireNamespace(resource, namespace);
    const { subresource } = options;
    const path = resourcePath(resource, subresource === undefined ? { namespace } : { namespace, name, subresource });
    return this.#write({ method: 'POST', path, body: asJson(object) }, options);
  }

  async update(object: KubeObject, options: WriteOptions = {}): Promise<KubeObject> {
    const path = await this.#objectPath(keyOf(object), options);
    return this.#write({ method: 'PUT', path, body: asJson(object) }, options);
  }

  async patch(
    key: ObjectKey,
    patch: { readonly type: PatchType; readonly body: JsonValue },
    options: WriteOptions = {},
  ): Promise<KubeObject> {
    const path = await this.#objectPath(key, options);
    const contentType = CONTENT_TYPE[patch.type];
    return this.#write({ method: 'PATCH', path, body: patch.body, contentType }, options);
  }

  async apply(object: KubeObject, options: ApplyOptions = {}): Promise<KubeObject> {
    const path = await this.#objectPath(keyOf(object), options);
    const query = { force: options.force === true ? 'true' : 'false' };
    const contentType = 'application/apply-patch+yaml'; // JSON is YAML
    return this.#write({ method: 'PATCH', path, query, body: asJson(object), contentType }, options);
  }

  async delete(key: ObjectKey, options: DeleteOptions = {}): Promise<void> {
    const path = await this.#objectPath(key, options);
    try {
      const { signal } = options;
      await this.#transport.json({ method: 'DELETE', path, body: deleteBody(options), signal });
    } catch (error) {
      if (!isApiError(error, 'NotFound')) throw error;
    }
  }

  async #objectPath(key: ObjectKey, options: WriteOptions): Promise<string> {
    const resource = await this.discovery.resourceFor(key, options);
    requireNamespace(resource, key.namespace);
    return resourcePath(resource, { namespace: key.namespace, name: key.name, subresource: options.subresource });
  }

  async #write(call: Call, options: WriteOptions): Promise<KubeObject> {
    const query = {
      ...call.query,
      fieldManager: options.fieldManager ?? this.#fieldManager,
      dryRun: options.dryRun === true ? 'All' : undefined,
    };
    return toObject(await this.#transport.json({ ...call, query, signal: options.signal }));
  }

  /** Every page; when a continue token has expired, the whole list in one answer, as client-go's pager does. */
  async #pages(call: Call, gvk: GroupVersionKind): Promise<KubeList> {
    let list = toList(await this.#transport.json(withQuery(call, { limit: String(PAGE) })), gvk);
    const items = list.items;
    while (list.metadata.continue) {
      const query = { limit: String(PAGE), continue: list.metadata.continue };
      try {
        list = toList(await this.#transport.json(withQuery(call, query)), gvk);
      } catch (error) {
        if (isApiError(error) && error.status.httpCode === 410) return toList(await this.#transport.json(call), gvk);
        throw error;
      }
      items.push(...list.items);
    }
    const { resourceVersion } = list.metadata;
    return { apiVersion: list.apiVersion, kind: list.kind, metadata: { resourceVersion }, items };
  }
}

function collectionCall(resource: ApiResource, options: ListOptions): Call {
  return {
    method: 'GET',
    path: resourcePath(resource, { namespace: options.namespace }),
    query: { labelSelector: options.labelSelector, fieldSelector: options.fieldSelector },
    signal: options.signal,
  };
}

function withQuery(call: Call, query: Readonly<Record<string, string>>): Call {
  return { ...call, query: { ...call.query, ...query } };
}

function keyOf(object: KubeObject): ObjectKey {
  const { name = '', namespace } = object.metadata;
  return { ...gvkOf(object), name, ...(namespace === undefined ? {} : { namespace }) };
}

function deleteBody(options: DeleteOptions): JsonObject {
  const body: JsonObject = { apiVersion: 'v1', kind: 'DeleteOptions' };
  if (options.propagationPolicy !== undefined) body['propagationPolicy'] = options.propagationPolicy;
  if (options.gracePeriodSeconds !== undefined) body['gracePeriodSeconds'] = options.gracePeriodSeconds;
  if (options.preconditions !== undefined) body['preconditions'] = { ...options.preconditions };
  if (options.dryRun === true) body['dryRun'] = ['All'];
  return body;
}

function toObject(value: JsonValue): KubeObject {
  if (isJsonObject(value) && typeof value['kind'] === 'string') return value as unknown as KubeObject;
  throw malformed('an object');
}

/** A list of a built-in kind leaves out `apiVersion` and `kind` of its items; here every object has them. */
function toList(value: JsonValue, gvk: GroupVersionKind): KubeList {
  if (!isJsonObject(value) || !isJsonObject(value['metadata'])) throw malformed('a list');
  const given = Array.isArray(value['items']) ? value['items'].filter(isJsonObject) : [];
  const typed = { apiVersion: apiVersionOf(gvk), kind: gvk.kind };
  const items = given.map((item) => (item['kind'] === undefined ? { ...typed, ...item } : item));
  return { ...value, items } as unknown as KubeList;
}

function malformed(what: string): ApiError {
  return new ApiError({
    httpCode: 500,
    reason: 'InternalError',
    message: `The API server did not answer with ${what}`,
  });
}
