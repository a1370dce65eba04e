import { isJsonObject } from '../core/index.ts';
import type { JsonObject, JsonValue } from '../core/index.ts';
import { apiVersionOf, gvkOf } from '../kube/index.ts';
import type { GroupVersionKind } from '../kube/index.ts';

/** One object on its way through the transformers. `content` is replaced, never changed. */
export interface Resource {
  content: JsonObject;
  /** Names that it has had, newest last: references and patches may use any. */
  readonly names: string[];
  /** Made by a generator: its name gets a suffix of its content's hash. */
  hashed?: boolean;
  readonly file: string;
}

export function gvk({ content }: Resource): GroupVersionKind {
  return gvkOf({ apiVersion: text(content['apiVersion']), kind: text(content['kind']) });
}

export function nameOf({ content }: Resource): string {
  return text(metadataOf(content)['name']);
}

export function namespaceOf({ content }: Resource): string {
  return text(metadataOf(content)['namespace']);
}

export function metadataOf(content: JsonObject): JsonObject {
  const metadata = content['metadata'];
  return isJsonObject(metadata) ? metadata : {};
}

export function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** What tells an object from every other of a build. */
export function idOf(resource: Resource): string {
  const { group, kind } = gvk(resource);
  return `${group}/${kind}/${namespaceOf(resource) || 'default'}/${nameOf(resource)}`;
}

export function describe(resource: Resource): string {
  const namespace = namespaceOf(resource);
  return `${apiVersionOf(gvk(resource))} ${gvk(resource).kind} ${namespace === '' ? '' : `${namespace}/`}${nameOf(resource)}`;
}

/** `content` with the value at `path` replaced by `change` of it; steps that are missing are made only when `create`. */
export function updateAt(value: JsonValue | undefined, path: readonly string[], change: Change): JsonValue | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return change.map(value);
  if (step === '[]') return Array.isArray(value) ? value.map((item) => updateAt(item, rest, change) ?? item) : value;
  if (step === '*') {
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, updateAt(item, rest, change) ?? item]));
  }
  if (value !== undefined && !isJsonObject(value)) return value;
  if (value?.[step] === undefined && change.create !== true) return value;
  const next = updateAt(value?.[step], rest, change);
  return next === undefined ? value : { ...value, [step]: next };
}

export interface Change {
  readonly map: (value: JsonValue | undefined) => JsonValue | undefined;
  readonly create?: boolean;
}

export function update(resource: Resource, path: readonly string[], change: Change): void {
  resource.content = updateAt(resource.content, path, change) as JsonObject;
}
