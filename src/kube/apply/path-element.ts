import { canonicalJson, isJsonObject } from '../../core/index.ts';
import type { JsonObject, JsonValue } from '../../core/index.ts';
import type { SchemaNode } from '../schema-node.ts';

type ListNode = Extract<SchemaNode, { type: 'list' }>;

export function fieldElement(name: string): string {
  return `f:${name}`;
}

/**
 * The element that names an item of a set or of a list by keys. A missing key takes its default.
 * @returns `undefined` for an item without any key
 */
export function itemElement(list: ListNode, item: JsonValue): string | undefined {
  if (list.listType === 'set') return `v:${canonicalJson(item)}`;
  if (!isJsonObject(item)) return undefined;
  const members: string[] = [];
  for (const name of keysOf(list)) {
    const value = item[name] ?? defaultOf(list.items, name);
    if (value !== undefined && value !== null) members.push(`${JSON.stringify(name)}:${canonicalJson(value)}`);
  }
  return members.length === 0 ? undefined : `k:{${members.join(',')}}`;
}

const sortedKeys = new WeakMap<ListNode, readonly string[]>();

/** The keys in the order of canonical JSON. */
function keysOf(list: ListNode): readonly string[] {
  const known = sortedKeys.get(list);
  if (known !== undefined) return known;
  const keys = [...(list.keys ?? [])].sort();
  sortedKeys.set(list, keys);
  return keys;
}

function defaultOf(items: SchemaNode, name: string): JsonValue | undefined {
  return items.type === 'object' ? items.fields.get(name)?.default : undefined;
}

/** A path for people, as API errors name it: `.spec.containers[name="web"].image`. */
export function formatFieldPath(path: readonly string[]): string {
  return path.map(formatElement).join('');
}

function formatElement(element: string): string {
  const text = element.slice(2);
  switch (element.charAt(0)) {
    case 'f':
      return `.${text}`;
    case 'v':
      return `[=${text}]`;
    case 'k':
      return `[${formatKey(JSON.parse(text) as JsonObject)}]`;
    default:
      return `[${text}]`;
  }
}

function formatKey(key: JsonObject): string {
  return Object.entries(key)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(',');
}
