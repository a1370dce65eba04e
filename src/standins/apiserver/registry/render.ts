import { formatYaml } from '../../../core/index.ts';
import type { JsonValue } from '../../../core/index.ts';
import { apiVersionOf, asJson } from '../../../kube/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import type { Call, Cluster } from '../cluster.ts';
import { notAcceptable } from '../http/negotiate.ts';
import type { Form } from '../http/negotiate.ts';
import { negotiateForm } from '../http/negotiate.ts';
import type { ApiResponse } from '../http/exchange.ts';
import { served } from '../resources/resource-type.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import type { Entry } from '../store/entry.ts';
import { tableOf } from '../tables/table.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

/** The entry as `type` serves it; the kept bytes themselves where nothing differs. */
export function entryBytes(type: ResourceType, entry: Entry): Buffer {
  if (type.view === undefined && entry.header.apiVersion === apiVersionOf(type)) return entry.body;
  return Buffer.from(JSON.stringify(served(type, entry.object())));
}

/** One object in the form that the client accepts. */
export function objectResponse(cluster: Cluster, call: Call, answer: { entry: Entry; status?: number }): ApiResponse {
  const { entry, status = 200 } = answer;
  const form = negotiateForm(call.request.header('accept'));
  if (form.as === 'object' && !form.yaml) return { status, headers: JSON_TYPE, body: entryBytes(call.type, entry) };
  return valueResponse(cluster, call, { object: served(call.type, entry.object()), status });
}

/** As {@link objectResponse}, of an object that is not kept. */
export function valueResponse(
  cluster: Cluster,
  call: Call,
  answer: { readonly object: KubeObject; readonly status?: number },
): ApiResponse {
  const { object, status = 200 } = answer;
  const form = negotiateForm(call.request.header('accept'));
  if (form.as === 'object') return encoded(asJson(object), form, status);
  if (form.as === 'Table') {
    const table = tableOf(call.type, [object], {
      now: cluster.clock.now(),
      version: form.version,
      include: includeOf(call),
      metadata: { resourceVersion: object.metadata.resourceVersion ?? '' },
    });
    return encoded(table, { as: 'object', yaml: false }, status);
  }
  if (form.as === 'PartialObjectMetadata') return encoded(partial(object, form.version), PLAIN, status);
  throw notAcceptable();
}

const PLAIN: Form = { as: 'object', yaml: false };

function encoded(value: JsonValue, form: Form, status: number): ApiResponse {
  if (form.as === 'object' && form.yaml)
    return { status, headers: { 'content-type': 'application/yaml' }, body: Buffer.from(formatYaml(value)) };
  return { status, headers: JSON_TYPE, body: Buffer.from(JSON.stringify(value)) };
}

export function partial(object: KubeObject, version: string): JsonValue {
  return {
    kind: 'PartialObjectMetadata',
    apiVersion: `meta.k8s.io/${version}`,
    metadata: object.metadata as JsonValue,
  };
}

export type IncludeObject = 'Metadata' | 'Object' | 'None';

export function includeOf(call: Call): IncludeObject {
  const given = call.params.get('includeObject');
  return given === 'Object' || given === 'None' ? given : 'Metadata';
}

/** What a list says about itself. */
export interface ListMetadata {
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

/** Many objects in the form that the client accepts. */
export function listResponse(
  cluster: Cluster,
  call: Call,
  list: { readonly entries: readonly Entry[]; readonly metadata: ListMetadata },
): ApiResponse {
  const { type } = call;
  const form = negotiateForm(call.request.header('accept'));
  if (form.as === 'object' && !form.yaml) return { status: 200, headers: JSON_TYPE, body: listBytes(type, list) };
  const objects = list.entries.map((entry) => served(type, entry.object()));
  const metadata = { ...list.metadata };
  if (form.as === 'object') return encoded({ ...listHead(type, metadata), items: objects.map(asJson) }, form, 200);
  if (form.as === 'Table') {
    const { version } = form;
    const options = { now: cluster.clock.now(), version, include: includeOf(call), metadata };
    return encoded(tableOf(type, objects, options), PLAIN, 200);
  }
  if (form.as === 'PartialObjectMetadata') throw notAcceptable();
  const items = objects.map((object) => partial(object, form.version));
  const head = { kind: 'PartialObjectMetadataList', apiVersion: `meta.k8s.io/${form.version}` };
  return encoded({ ...head, metadata, items }, PLAIN, 200);
}

function listHead(type: ResourceType, metadata: Record<string, JsonValue>): Record<string, JsonValue> {
  return { kind: type.listKind, apiVersion: apiVersionOf(type), metadata };
}

const COMMA = Buffer.from(',');
const END = Buffer.from(']}\n');

function listBytes(
  type: ResourceType,
  list: { readonly entries: readonly Entry[]; readonly metadata: ListMetadata },
): Buffer {
  const head = JSON.stringify(listHead(type, { ...list.metadata }));
  const parts: Buffer[] = [Buffer.from(`${head.slice(0, -1)},"items":[`)];
  for (const [index, entry] of list.entries.entries()) {
    if (index > 0) parts.push(COMMA);
    parts.push(entryBytes(type, entry));
  }
  parts.push(END);
  return Buffer.concat(parts);
}
