import { isJsonObject } from '../../../core/index.ts';
import type { JsonObject, JsonValue } from '../../../core/index.ts';
import { apiVersionOf, asJson, gvkOf, objectMetaSchema } from '../../../kube/index.ts';
import type { GroupVersionKind, KubeObject, SchemaNode } from '../../../kube/index.ts';
import type { Cluster, Operation } from '../cluster.ts';
import type { ParsedJson } from '../http/json-text.ts';
import { badRequest } from '../status.ts';
import { DecodeError, decode } from './decode.ts';
import type { FieldValidation } from './write-options.ts';

export interface AcceptOptions {
  readonly fieldValidation: FieldValidation;
  /** The kind that the endpoint takes, and its structure, when it is not the type's own. */
  readonly as?: { readonly gvk: GroupVersionKind; readonly schema: SchemaNode };
}

/**
 * The object that a client sent, typed, with what is unknown left out.
 * @throws ApiError 400 when it is of another kind or does not fit its type, or has unknown members and the client is strict
 */
export function acceptObject(cluster: Cluster, call: Operation, sent: ParsedJson & AcceptOptions): KubeObject {
  const gvk = sent.as?.gvk ?? call.type;
  const document = requireObject(sent.value, gvk);
  const { object, unknown } = sent.as === undefined ? typed(cluster, call, document) : plain(sent.as, document);
  report(call, {
    gvk,
    fieldValidation: sent.fieldValidation,
    problems: [
      ...sent.duplicates.map((field) => `duplicate field "${field}"`),
      ...unknown.map((field) => `unknown field "${field}"`),
    ],
  });
  return object;
}

interface Typed {
  readonly object: KubeObject;
  readonly unknown: readonly string[];
}

/** Types a whole object of the call's own type. Also of what a patch has made. */
export function typed(cluster: Cluster, call: { readonly type: Operation['type'] }, document: JsonObject): Typed {
  const { type } = call;
  if (type.custom === undefined) return plain({ gvk: type, schema: type.schema }, document);
  const metadata = plain({ gvk: type, schema: METADATA_ONLY }, { metadata: document['metadata'] ?? {} });
  const object = { ...document, metadata: metadata.object.metadata } as KubeObject;
  const rule = type.custom.rule(cluster.customRules);
  if (rule === undefined) return { object, unknown: metadata.unknown };
  const pruned = rule.prune(object);
  return { object: pruned.object, unknown: [...metadata.unknown, ...pruned.unknown] };
}

const METADATA_ONLY: SchemaNode = { type: 'object', fields: new Map([['metadata', objectMetaSchema()]]) };

function plain(as: { readonly gvk: GroupVersionKind; readonly schema: SchemaNode }, document: JsonObject): Typed {
  try {
    const { value, unknown } = decode(as.schema, document);
    return { object: withMetadata(value), unknown };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw badRequest(`${handledAs(as.gvk)}: ${error.message}`);
  }
}

function withMetadata(value: JsonObject): KubeObject {
  return (isJsonObject(value['metadata']) ? value : { ...value, metadata: {} }) as unknown as KubeObject;
}

function handledAs(gvk: GroupVersionKind): string {
  return `${gvk.kind} in version "${gvk.version}" cannot be handled as a ${gvk.kind}`;
}

function requireObject(value: JsonValue, gvk: GroupVersionKind): JsonObject {
  if (!isJsonObject(value)) throw badRequest(`${handledAs(gvk)}: json: cannot unmarshal the body into Go value`);
  const expected = apiVersionOf(gvk);
  const { apiVersion = expected, kind = gvk.kind } = value;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string')
    throw badRequest(`${handledAs(gvk)}: json: cannot unmarshal apiVersion and kind into Go value of type string`);
  if (apiVersion !== expected)
    throw badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${expected})`,
    );
  if (kind !== gvk.kind)
    throw badRequest(`${kind} in version "${gvkOf({ apiVersion, kind }).version}" cannot be handled as a ${gvk.kind}`);
  return { ...value, apiVersion, kind };
}

function report(
  call: Operation,
  found: {
    readonly gvk: GroupVersionKind;
    readonly fieldValidation: FieldValidation;
    readonly problems: readonly string[];
  },
): void {
  if (found.problems.length === 0 || found.fieldValidation === 'Ignore') return;
  if (found.fieldValidation === 'Strict')
    throw badRequest(`${handledAs(found.gvk)}: strict decoding error: ${found.problems.join(', ')}`);
  for (const problem of found.problems) call.warnings.add(problem);
}

/**
 * Brings namespace and name of a sent object in line with the path.
 * @throws ApiError 400
 */
export function placeObject(call: Operation, object: KubeObject): void {
  const { metadata } = object;
  const { namespace, name } = call.info;
  if (!call.type.namespaced) delete metadata.namespace;
  else if (metadata.namespace === undefined || metadata.namespace === '') metadata.namespace = namespace;
  else if (metadata.namespace !== namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  if (name === '') return;
  if (metadata.name === undefined || metadata.name === '') metadata.name = name;
  else if (metadata.name !== name)
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
}

/** A deep copy that may be changed. */
export function copyOf(object: KubeObject): KubeObject {
  return structuredClone(asJson(object)) as unknown as KubeObject;
}
