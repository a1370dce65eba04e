import { isJsonObject, jsonEqual } from '../core/index.ts';
import type { JsonObject, JsonValue } from '../core/index.ts';
import { getPath, gvkOf } from '../kube/index.ts';
import type { KubeObject, SchemaNode } from '../kube/index.ts';
import { ANNOTATION } from './annotations.ts';

/** The field manager of everything that the engine applies. */
export const FIELD_MANAGER = 'argocd-controller';

/** A node of `managedFields[].fieldsV1`; undefined where the manager owns nothing. */
export type OwnedFields = JsonObject | undefined;

/** What the engine owns of a live object by server-side apply, in the version that it is written in. */
export function ownedByEngine(live: KubeObject): OwnedFields {
  const entry = (live.metadata.managedFields ?? []).find(
    ({ manager, operation, subresource }) =>
      manager === FIELD_MANAGER && operation === 'Apply' && (subresource ?? '') === '',
  );
  return entry?.apiVersion === live.apiVersion ? entry.fieldsV1 : undefined;
}

/**
 * What a client-side apply noted that it set, as a tree like those of `managedFields`: how an object that the engine has
 * not applied yet shows what was once wanted of it.
 */
export function setByLastApplied(live: KubeObject, schema: SchemaNode | undefined): OwnedFields {
  const text = live.metadata.annotations?.[ANNOTATION.lastApplied];
  if (text === undefined) return undefined;
  const object = parse(text);
  return isJsonObject(object) ? fieldsOf(object, schema) : undefined;
}

function fieldsOf(value: JsonValue, schema: SchemaNode | undefined): JsonObject {
  if (isJsonObject(value)) {
    const below = (name: string): SchemaNode | undefined =>
      schema?.type === 'object' ? schema.fields.get(name) : schema?.type === 'map' ? schema.values : undefined;
    const set = Object.entries(value).filter(([, item]) => !isNothing(item));
    return Object.fromEntries(set.map(([name, item]) => [`f:${name}`, fieldsOf(item, below(name))]));
  }
  if (!Array.isArray(value) || schema?.type !== 'list' || schema.listType !== 'map') return {};
  return Object.fromEntries(
    value.map((item) => [`k:${JSON.stringify(itemKeys(item, schema))}`, fieldsOf(item, schema.items)]),
  );
}

function isNothing(value: JsonValue): boolean {
  return value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}

export type ListSchema = Extract<SchemaNode, { type: 'list' }>;

/** The values of a list item's keys, with the defaults of those that it does not give. */
export function itemKeys(item: JsonValue, schema: ListSchema): JsonObject {
  const keys: JsonObject = {};
  for (const key of schema.keys ?? []) {
    const value = isJsonObject(item) ? item[key] : undefined;
    const fallback = schema.items.type === 'object' ? schema.items.fields.get(key)?.default : undefined;
    const chosen = value === undefined || value === null ? fallback : value;
    if (chosen !== undefined) keys[key] = chosen;
  }
  return keys;
}

/** What the managers named own, each as one tree. */
export function ownedBy(live: KubeObject, managers: readonly string[]): readonly JsonObject[] {
  const { version } = gvkOf(live);
  return (live.metadata.managedFields ?? [])
    .filter(({ manager, apiVersion }) => managers.includes(manager) && apiVersion.endsWith(version))
    .map(({ fieldsV1 }) => fieldsV1);
}

export function ownedField(owned: OwnedFields, name: string): OwnedFields {
  const node = owned?.[`f:${name}`];
  return isJsonObject(node) ? node : undefined;
}

/** Names of the fields that are owned below a node. */
export function ownedNames(owned: OwnedFields): readonly string[] {
  return Object.keys(owned ?? {}).flatMap((key) => (key.startsWith('f:') ? [key.slice(2)] : []));
}

/** Keys (`{"name":"web"}`) of the list items that are owned below a node. */
export function ownedItemKeys(
  owned: OwnedFields,
): readonly { readonly keys: JsonObject; readonly fields: OwnedFields }[] {
  return Object.entries(owned ?? {}).flatMap(([key, fields]) => {
    if (!key.startsWith('k:')) return [];
    const keys = parse(key.slice(2));
    return isJsonObject(keys) ? [{ keys, fields: isJsonObject(fields) ? fields : undefined }] : [];
  });
}

/** Members of a set that are owned below a node. */
export function ownedMembers(owned: OwnedFields): readonly JsonValue[] {
  return Object.keys(owned ?? {}).flatMap((key) => {
    const value = key.startsWith('v:') ? parse(key.slice(2)) : undefined;
    return value === undefined ? [] : [value];
  });
}

/** The part of a tree that belongs to the list item with these keys. */
export function ownedItem(owned: OwnedFields, matches: (keys: JsonObject) => boolean): OwnedFields {
  return ownedItemKeys(owned).find(({ keys }) => matches(keys))?.fields;
}

function parse(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    // A path element that we cannot read owns nothing that we can name.
    return undefined;
  }
}

/** The places in a document that a tree owns, as deep as it says; list items are found by key. */
export function ownedPaths(
  owned: JsonObject,
  document: JsonValue | undefined,
): readonly (readonly (string | number)[])[] {
  const fields = ownedNames(owned).flatMap((name) => below(name, owned[`f:${name}`], getPath(document, name)));
  if (!Array.isArray(document)) return fields;
  const items = ownedItemKeys(owned).flatMap(({ keys, fields: node = {} }) => {
    const position = document.findIndex((item) => hasKeys(item, keys));
    // Who owns that the item is there owns the item.
    if (Object.hasOwn(node, '.')) return position < 0 ? [] : [[position]];
    return below(position, node, document[position]);
  });
  const members = ownedMembers(owned).flatMap((member) => {
    const position = document.findIndex((item) => jsonEqual(item, member));
    return position < 0 ? [] : [[position]];
  });
  return [...fields, ...items, ...members];
}

function below(
  step: string | number,
  node: JsonValue | undefined,
  value: JsonValue | undefined,
): readonly (readonly (string | number)[])[] {
  if (value === undefined || !isJsonObject(node)) return [];
  const deeper = Object.keys(node).some((key) => key !== '.');
  return deeper ? ownedPaths(node, value).map((path) => [step, ...path]) : [[step]];
}

function hasKeys(item: JsonValue, keys: JsonObject): boolean {
  return Object.entries(keys).every(([key, value]) => jsonEqual(getPath(item, key), value));
}
