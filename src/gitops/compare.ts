import { isJsonObject, jsonEqual } from '../core/index.ts';
import type { JsonObject, JsonValue } from '../core/index.ts';
import { asJson } from '../kube/index.ts';
import type { KubeObject, SchemaNode } from '../kube/index.ts';
import {
  itemKeys,
  ownedByEngine,
  ownedField,
  ownedItem,
  ownedItemKeys,
  ownedMembers,
  ownedNames,
  setByLastApplied,
} from './owned-fields.ts';
import type { ListSchema, OwnedFields } from './owned-fields.ts';
import { normalizeKnownTypes } from './known-types.ts';
import { isSecret, normalizeSecret } from './secrets.ts';
import { scalarsEqual } from './semantic-equal.ts';

/** One field in which the cluster is not what Git wants. Indexes count in the desired list, or the live one for a surplus. */
export interface Difference {
  readonly path: readonly (string | number)[];
  /** Absent: Git no longer sets the field, but the engine still owns it. */
  readonly desired?: JsonValue;
  /** Absent: the cluster lacks the field. */
  readonly live?: JsonValue;
}

type Schema = SchemaNode | undefined;
type Path = readonly (string | number)[];

interface Node {
  readonly desired: JsonValue;
  readonly live: JsonValue | undefined;
  readonly schema: Schema;
  readonly owned: OwnedFields;
  /** The engine has applied the object, so that what it does not own was written by somebody else. */
  readonly managed: boolean;
  readonly path: Path;
}

const STRINGS: SchemaNode = { type: 'map', values: { type: 'string' } };
/** The rest of the metadata is set or kept up by the API server. */
const METADATA = {
  type: 'object',
  fields: new Map<string, SchemaNode>([
    ['labels', STRINGS],
    ['annotations', STRINGS],
    ['finalizers', { type: 'list', items: { type: 'string' }, listType: 'set' }],
    ['ownerReferences', { type: 'list', items: { type: 'any' }, listType: 'map', keys: ['uid'] }],
  ]),
} as const;

/**
 * Where the live object lacks something that Git sets, has it otherwise, or still has what Git set before. Fields that
 * Git never set do not count: they are the defaults of the API server, or belong to somebody else.
 * @param schema of the kind; without it every list is taken as a whole
 */
export function compareObject(desired: KubeObject, live: KubeObject, schema?: SchemaNode): readonly Difference[] {
  const want = normalize(desired);
  const have = normalize(live);
  const applied = ownedByEngine(live);
  const owned = applied ?? setByLastApplied(live, schema);
  const root = { desired: want, live: have, schema, owned, managed: applied !== undefined, path: [] };
  const out: Difference[] = [];
  for (const field of new Set([...Object.keys(want), ...ownedNames(owned)])) {
    if (field === 'apiVersion' || field === 'kind' || field === 'status' || field === 'metadata') continue;
    compareField(root, { name: field, out });
  }
  const metadata: Node = {
    ...root,
    desired: want['metadata'] ?? {},
    live: have['metadata'] ?? {},
    schema: METADATA,
    owned: ownedField(owned, 'metadata'),
    path: ['metadata'],
  };
  for (const name of METADATA.fields.keys()) compareField(metadata, { name, out });
  return out;
}

function normalize(object: KubeObject): JsonObject {
  return isSecret(object) ? normalizeSecret(asJson(object)) : asJson(normalizeKnownTypes(object));
}

function isAbsent(value: JsonValue | undefined): value is null | undefined {
  return value === null || value === undefined;
}

function isEmpty(value: JsonValue): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function fieldSchema(schema: Schema, name: string): Schema {
  if (schema?.type === 'object') return schema.fields.get(name);
  return schema?.type === 'map' ? schema.values : undefined;
}

/** One field of two objects. */
function compareField(parent: Node, { name, out }: { readonly name: string; readonly out: Difference[] }): void {
  const want = isJsonObject(parent.desired) ? parent.desired[name] : undefined;
  const have = isJsonObject(parent.live) ? parent.live[name] : undefined;
  const owned = ownedField(parent.owned, name);
  const path = [...parent.path, name];
  if (!isAbsent(want)) {
    compareNode({ ...parent, desired: want, live: have, schema: fieldSchema(parent.schema, name), owned, path }, out);
  } else if (owned !== undefined && !isAbsent(have)) {
    reportSurplus({ live: have, owned, path }, out);
  }
}

interface Surplus {
  readonly live: JsonValue;
  readonly owned: OwnedFields;
  readonly path: Path;
}

/** What the engine owns below a field that Git no longer sets; others' part of it stays. */
function reportSurplus({ live, owned, path }: Surplus, out: Difference[]): void {
  if (Object.keys(owned ?? {}).every((key) => key === '.')) {
    out.push({ path, live });
    return;
  }
  for (const name of ownedNames(owned)) {
    const below = isJsonObject(live) ? live[name] : undefined;
    if (!isAbsent(below)) reportSurplus({ live: below, owned: ownedField(owned, name), path: [...path, name] }, out);
  }
  for (const { keys } of ownedItemKeys(owned)) reportSurplusItem({ live, path, keys }, out);
  reportSurplusMembers({ live, owned, path }, [], out);
}

/** Members of a set that the engine owns and that are not among those wanted. */
function reportSurplusMembers({ live, owned, path }: Surplus, wanted: readonly JsonValue[], out: Difference[]): void {
  if (!Array.isArray(live)) return;
  for (const member of ownedMembers(owned)) {
    const known = wanted.some((item) => jsonEqual(item, member));
    if (!known && live.some((item) => jsonEqual(item, member))) out.push({ path, live: member });
  }
}

function reportSurplusItem(
  { live, path, keys }: { readonly live: JsonValue; readonly path: Path; readonly keys: JsonObject },
  out: Difference[],
): void {
  const index = Array.isArray(live) ? live.findIndex((item) => hasKeys(item, keys)) : -1;
  const item = Array.isArray(live) ? live[index] : undefined;
  if (item !== undefined) out.push({ path: [...path, index], live: item });
}

function hasKeys(item: JsonValue, keys: JsonObject): boolean {
  return isJsonObject(item) && Object.entries(keys).every(([key, value]) => jsonEqual(item[key], value));
}

function compareNode(node: Node, out: Difference[]): void {
  const { desired, live, schema, path } = node;
  if (live === null && desired === '') return;
  if (isAbsent(live)) {
    const collection = Array.isArray(desired) || schema?.type === 'map';
    if (!(collection && isEmpty(desired))) out.push({ path, desired });
  } else if (Array.isArray(desired)) {
    compareList({ ...node, desired }, out);
  } else if (isJsonObject(desired)) {
    compareMembers({ ...node, desired }, out);
  } else if (!scalarsEqual(scalarType(schema), desired, live)) {
    out.push({ path, desired, live });
  }
}

function scalarType(schema: Schema): Parameters<typeof scalarsEqual>[0] {
  if (schema === undefined) return undefined;
  switch (schema.type) {
    case 'object':
    case 'map':
    case 'list':
    case 'any':
      return undefined;
    default:
      return schema.type;
  }
}

function isAtomic(schema: Schema): boolean {
  return (schema?.type === 'object' || schema?.type === 'map') && schema.atomic === true;
}

function compareMembers(node: Node & { readonly desired: JsonObject }, out: Difference[]): void {
  if (!isJsonObject(node.live)) {
    out.push({ path: node.path, desired: node.desired, ...(node.live === undefined ? {} : { live: node.live }) });
    return;
  }
  if (isAtomic(node.schema)) compareAtomic(node, out);
  else
    for (const name of new Set([...Object.keys(node.desired), ...ownedNames(node.owned)]))
      compareField(node, { name, out });
}

/**
 * A value that has one owner as a whole. What it has more than Git sets are defaults of the server as long as the engine
 * owns it; else somebody has written it since.
 */
function compareAtomic(node: Node & { readonly desired: JsonValue }, out: Difference[]): void {
  const { desired, live, path } = node;
  const before = out.length;
  const inner: Node = { ...node, owned: undefined, managed: false };
  if (Array.isArray(desired)) compareElements({ ...inner, desired }, out);
  else if (isJsonObject(desired)) for (const name of Object.keys(desired)) compareField(inner, { name, out });
  if (out.length > before || live === undefined || jsonEqual(desired, live)) return;
  if (node.managed && node.owned === undefined) out.push({ path, desired, live });
}

function compareElements(node: Node & { readonly desired: readonly JsonValue[] }, out: Difference[]): void {
  const { desired, live, path } = node;
  if (!Array.isArray(live) || live.length !== desired.length) {
    out.push({ path, desired: Array.from(desired), ...(live === undefined ? {} : { live }) });
    return;
  }
  const schema = node.schema?.type === 'list' ? node.schema.items : undefined;
  desired.forEach((item, index) => {
    const at = { desired: item, live: live[index], schema, path: [...path, index] };
    compareNode({ ...at, owned: undefined, managed: false }, out);
  });
}

function compareList(node: Node & { readonly desired: JsonValue[] }, out: Difference[]): void {
  const { schema, live } = node;
  if (schema?.type !== 'list' || !Array.isArray(live)) compareElements(node, out);
  else if (schema.listType === 'map') compareKeyed({ ...node, schema, live }, out);
  else if (schema.listType === 'set') compareSet({ ...node, live }, out);
  else compareAtomic(node, out);
}

function compareKeyed(
  node: Node & {
    readonly desired: readonly JsonValue[];
    readonly live: readonly JsonValue[];
    readonly schema: ListSchema;
  },
  out: Difference[],
): void {
  const { desired, live, schema, path, owned } = node;
  const keysOf = (item: JsonValue): JsonObject => itemKeys(item, schema);
  const wanted = desired.map(keysOf);
  desired.forEach((item, index) => {
    const keys = wanted[index] ?? {};
    const match = live.find((other) => jsonEqual(keysOf(other), keys));
    const below = ownedItem(owned, (own) => jsonEqual(own, keys));
    const at = { desired: item, live: match, schema: schema.items, path: [...path, index] };
    compareNode({ ...at, owned: below, managed: node.managed }, out);
  });
  for (const { keys } of ownedItemKeys(owned)) {
    if (!wanted.some((own) => jsonEqual(own, keys))) reportSurplusItem({ live: Array.from(live), path, keys }, out);
  }
}

function compareSet(
  node: Node & { readonly desired: readonly JsonValue[]; readonly live: readonly JsonValue[] },
  out: Difference[],
): void {
  const { desired, live, path, owned } = node;
  for (const [index, item] of desired.entries()) {
    if (!live.some((other) => jsonEqual(other, item))) out.push({ path: [...path, index], desired: item });
  }
  reportSurplusMembers({ live: Array.from(live), owned, path }, desired, out);
}
