import { isJsonObject, jsonEqual } from '../../core/index.ts';
import type { JsonObject, JsonValue } from '../../core/index.ts';
import type { PatchStrategy, SchemaNode } from '../schema-node.ts';
import { plainMembers, plainValue, readDirective, readPatch } from './directives.ts';
import { checkOrder, identityBy, orderItems } from './element-order.ts';
import type { Identity } from './element-order.ts';
import { mergeLists } from './merge-lists.ts';
import { setOwn } from './merge-patch.ts';

/**
 * Strategic merge patch with its directives (`$patch`, `$retainKeys`, `$setElementOrder/…`,
 * `$deleteFromPrimitiveList/…`). Lists are merged by the key that the schema names, others replaced. Without a schema
 * every list is replaced. Inputs are not changed; what stays is shared.
 * @throws PatchError
 */
export function strategicMergePatch(doc: JsonObject, patch: JsonObject, schema: SchemaNode | undefined): JsonObject {
  const { directive, retainKeys, members, orders, deletions } = readPatch(patch);
  if (directive === 'delete') return {};
  if (directive === 'replace') return plainMembers(patch);
  const merged = retainKeys === undefined ? { ...doc } : retain(doc, retainKeys);
  for (const [key, value] of Object.entries(members)) {
    const next = mergeValue(own(merged, key), value, memberSchema(schema, key));
    if (next === undefined) Reflect.deleteProperty(merged, key);
    else setOwn(merged, key, next);
  }
  for (const [key, order] of orders) {
    const change = { live: own(doc, key), patch: own(members, key), merged: own(merged, key) };
    if (Array.isArray(change.merged)) setOwn(merged, key, reorder(change, order, memberSchema(schema, key)));
  }
  for (const [key, gone] of deletions) {
    const items = own(merged, key);
    if (Array.isArray(items))
      setOwn(
        merged,
        key,
        items.filter((item) => !gone.some((other) => jsonEqual(other, item))),
      );
  }
  return merged;
}

function retain(doc: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(doc).filter(([key]) => keys.includes(key)));
}

function memberSchema(schema: SchemaNode | undefined, key: string): SchemaNode | undefined {
  if (schema?.type === 'object') return schema.fields.get(key);
  return schema?.type === 'map' ? schema.values : undefined;
}

function own(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** The value that a member takes, `undefined` for none. */
function mergeValue(
  before: JsonValue | undefined,
  patch: JsonValue,
  schema: SchemaNode | undefined,
): JsonValue | undefined {
  const strategies = strategiesOf(schema);
  if (isJsonObject(before) && isJsonObject(patch)) {
    return strategies.includes('replace') ? plainMembers(patch) : strategicMergePatch(before, patch, schema);
  }
  const mergeable = Array.isArray(before) && Array.isArray(patch) && strategies.includes('merge');
  if (!mergeable || schema?.type !== 'list') return plainValue(patch);
  const mergeItem = (item: JsonObject, change: JsonObject): JsonObject =>
    strategicMergePatch(item, change, schema.items);
  return mergeLists(before, patch, { mergeKey: schema.patchMergeKey, mergeItem });
}

function strategiesOf(schema: SchemaNode | undefined): readonly PatchStrategy[] {
  return schema !== undefined && 'patchStrategy' in schema ? schema.patchStrategy : [];
}

interface ListState {
  readonly live: JsonValue | undefined;
  readonly patch: JsonValue | undefined;
  readonly merged: JsonValue | undefined;
}

/** Puts a patched list into the order that the patch asks for. */
function reorder(state: ListState, order: readonly JsonValue[], schema: SchemaNode | undefined): JsonValue[] {
  const mergeKey = schema?.type === 'list' ? schema.patchMergeKey : undefined;
  const identity = identityBy(mergeKey);
  const additions = items(state.patch).filter((item) => directiveOf(item) === undefined);
  checkOrder(additions, order, identity);
  const live = mergeKey === undefined ? items(state.live) : liveOrder(items(state.live), items(state.patch), identity);
  return orderItems(items(state.merged), { wanted: order, live }, identity);
}

/** The order of the live list. As on a real API server, additions take the places that deletions freed. */
function liveOrder(live: readonly JsonValue[], patch: readonly JsonValue[], identity: Identity): readonly JsonValue[] {
  if (patch.some((item) => directiveOf(item) === 'replace')) return live;
  const deleted = new Set(patch.filter((item) => directiveOf(item) === 'delete').map(identity));
  const kept = live.filter((item) => !deleted.has(identity(item)));
  const known = new Set(kept.map(identity));
  const added = patch.filter((item) => directiveOf(item) === undefined && !known.has(identity(item)));
  return [...kept, ...added].slice(0, live.length);
}

function items(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}

function directiveOf(item: JsonValue): 'replace' | 'delete' | undefined {
  return isJsonObject(item) ? readDirective(item) : undefined;
}
