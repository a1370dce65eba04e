import { isJsonObject } from '../core/index.ts';
import type { JsonObject, JsonValue } from '../core/index.ts';
import { asJson } from '../kube/index.ts';
import type { KubeObject, ManagedFieldsEntry } from '../kube/index.ts';
import type { FieldPath, Step } from './field-path.ts';
import { locate, valueAt } from './field-path.ts';

/** A field of which somebody other than the engine says that it is theirs. */
export interface Claim {
  readonly path: FieldPath;
  readonly manager: string;
  /** Empty for the main object. */
  readonly subresource: string;
  /** Milliseconds since the epoch; absent when the server does not say. */
  readonly at?: number;
}

/** Field managers that act for Git, and the guard, which puts back what the engine left. */
export const GUARD = 'stoa-drift-guard';
const ENGINES: ReadonlySet<string> = new Set([
  'argocd-controller',
  'argocd-application-controller',
  'argocd-server',
  'argocd-applicationset-controller',
]);

export function isEngine(manager: string): boolean {
  return ENGINES.has(manager);
}

/** Who sets what of an object; status writes are left out. */
export function entriesOf(object: KubeObject | undefined): readonly ManagedFieldsEntry[] {
  return (object?.metadata.managedFields ?? []).filter(({ subresource }) => subresource !== 'status');
}

/**
 * The fields of `object` that somebody but the engine owns and the engine does not. Of a list item that the engine has
 * nothing to do with, the item as a whole.
 */
export function claimsOf(object: KubeObject): readonly Claim[] {
  const entries = entriesOf(object);
  const engine = ownedByEngine(object);
  const document = asJson(object);
  return entries
    .filter(({ manager }) => !isEngine(manager) && manager !== GUARD)
    .flatMap(({ manager, subresource = '', time, fieldsV1 }) => {
      const at = time === undefined ? NaN : Date.parse(time);
      const paths: FieldPath[] = [];
      collect({ tree: fieldsV1, engine, path: [] }, paths);
      return paths
        .filter((path) => isSetting(path) && locate(document, path) !== undefined)
        .map((path) => ({ path, manager, subresource, ...(Number.isNaN(at) ? {} : { at }) }));
    });
}

/** What the engine owns, as one tree like those of `managedFields`; `undefined` where it has nothing to do with the object. */
export function ownedByEngine(object: KubeObject): JsonObject | undefined {
  const trees = entriesOf(object).flatMap(({ manager, fieldsV1 }) => (isEngine(manager) ? [fieldsV1] : []));
  return trees.length === 0 ? undefined : trees.reduce(merge);
}

function merge(a: JsonObject, b: JsonObject): JsonObject {
  const merged: JsonObject = { ...a };
  for (const [key, below] of Object.entries(b)) {
    const known = merged[key];
    merged[key] = isJsonObject(known) && isJsonObject(below) ? merge(known, below) : below;
  }
  return merged;
}

interface Node {
  readonly tree: JsonObject;
  readonly engine: JsonObject | undefined;
  readonly path: FieldPath;
}

function collect({ tree, engine, path }: Node, found: FieldPath[]): void {
  for (const [key, below] of Object.entries(tree)) {
    const step = stepOf(key);
    if (step === undefined || !isJsonObject(below)) continue;
    const known = engine?.[key];
    const at = [...path, step];
    if (isWhole(key, below) && known === undefined) found.push(at);
    else if (hasMore(below)) collect({ tree: below, engine: isJsonObject(known) ? known : undefined, path: at }, found);
  }
}

/** A value that has one owner, or an item of a list that its owner brought. */
function isWhole(key: string, below: JsonObject): boolean {
  return !hasMore(below) || (key.startsWith('k:') && Object.hasOwn(below, '.'));
}

function hasMore(node: JsonObject): boolean {
  return Object.keys(node).some((key) => key !== '.');
}

/** A step of `managedFields`: `f:name`, `k:{"name":"web"}`, `v:"member"`, `i:0`. */
function stepOf(key: string): Step | undefined {
  if (key.startsWith('f:')) return key.slice(2);
  if (key.startsWith('i:')) return { index: Number(key.slice(2)) };
  const parsed = key.startsWith('k:') || key.startsWith('v:') ? parse(key.slice(2)) : undefined;
  if (parsed === undefined) return undefined;
  if (key.startsWith('v:')) return { value: parsed };
  return isJsonObject(parsed) ? { keys: parsed } : undefined;
}

function parse(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    // A path element that we cannot read names nothing.
    return undefined;
  }
}

const KEPT_METADATA: ReadonlySet<Step | undefined> = new Set([
  'labels',
  'annotations',
  'finalizers',
  'ownerReferences',
]);

/** Whether somebody sets the field, rather than the server keeping it or reporting in it. */
export function isSetting([root, member]: FieldPath): boolean {
  if (root === 'metadata') return KEPT_METADATA.has(member);
  return root !== 'status';
}

/** Whether a tree of `managedFields` has the field at `path`, or something of which it is a part. */
export function owns(tree: JsonObject | undefined, path: FieldPath, document: JsonValue): boolean {
  let node: JsonValue | undefined = tree;
  for (const [depth, step] of path.entries()) {
    if (!isJsonObject(node)) return false;
    // Of a list without keys the whole is owned; of an object no more than that it is there.
    if (depth > 0 && !hasMore(node)) return Array.isArray(valueAt(document, path.slice(0, depth)));
    const item = typeof step === 'string' ? undefined : valueAt(document, path.slice(0, depth + 1));
    node = typeof step === 'string' ? node[`f:${step}`] : node[keyOf(node, step, item) ?? ''];
  }
  return node !== undefined;
}

/** The key under which a tree has a list item; an item may be named by fewer keys than the tree's. */
function keyOf(node: JsonObject, step: Exclude<Step, string>, item: JsonValue | undefined): string | undefined {
  return Object.keys(node).find((key) => {
    const own = stepOf(key);
    if (own === undefined || typeof own === 'string') return false;
    if ('index' in own) return 'index' in step && own.index === step.index;
    if ('value' in own) return JSON.stringify(own.value) === JSON.stringify('value' in step ? step.value : item);
    const has = isJsonObject(item) ? item : 'keys' in step ? step.keys : {};
    return Object.entries(own.keys).every(([name, value]) => has[name] === value);
  });
}
