import { hash } from 'node:crypto';
import { getIn } from '../model/field-path.ts';
import type { Resource } from '../model/resource.ts';
import type { ResourceMap } from '../model/resource-map.ts';
import { ExactScalar, isMap, textOf, toJson } from '../yaml/value.ts';
import type { YamlMap, YamlValue } from '../yaml/value.ts';
import { formatNumber } from '../yaml/format-number.ts';

/** Adds the hash of its content to the name of every object that wants it. */
export function transformHashes(resources: ResourceMap): void {
  let changed = false;
  for (const resource of resources.all) {
    if (!resource.needsHash) continue;
    const suffix = contentHash(resource);
    resource.storeId();
    resource.setName(`${resource.name}-${suffix}`);
    changed = true;
  }
  if (changed) resources.changed();
}

/** Ten characters without vowels, so that no word comes of them. */
export function contentHash(resource: Resource): string {
  const digest = hash('sha256', encode(resource), 'hex').slice(0, 10);
  return digest.replace(/[013ae]/g, (char) => ALPHABET[char] ?? char);
}

const ALPHABET: Readonly<Record<string, string>> = { 0: 'g', 1: 'h', 3: 'k', a: 'm', e: 't' };

/** Upstream looks for the name in the wrong place, so it never counts. */
const NO_NAME = '';

function encode({ kind, node }: Resource): string {
  const name = NO_NAME;
  if (kind === 'ConfigMap') return goJson(withMap({ kind, name, data: node['data'] ?? '' }, node, 'binaryData'));
  if (kind !== 'Secret') return goJson(node);
  const type = textOf(getIn(node, 'type'));
  return goJson(withMap({ kind, name, type, data: node['data'] ?? '' }, node, 'stringData'));
}

function withMap(content: YamlMap, node: YamlMap, field: string): YamlMap {
  const value = node[field];
  return isMap(value) ? { ...content, [field]: value } : content;
}

/** JSON as Go's encoder writes it: keys sorted by their bytes, characters of HTML escaped. */
export function goJson(value: YamlValue): string {
  if (typeof value === 'string') return goString(value);
  if (value instanceof ExactScalar) return exactJson(value);
  if (typeof value === 'number') return Number.isInteger(value) ? formatNumber(value) : String(value);
  if (value === null || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `[${value.map(goJson).join(',')}]`;
  const fields = Object.keys(value).sort(byBytes);
  return `{${fields.map((key) => `${goString(key)}:${goJson(value[key] ?? null)}`).join(',')}}`;
}

/** The same in lines, indented by two spaces. */
export function goPrettyJson(value: YamlValue): string {
  return JSON.stringify(sorted(toJson(value)), undefined, 2).replace(HTML, escapeChar);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).sort(([a], [b]) => byBytes(a, b));
  return Object.fromEntries(fields.map(([key, field]) => [key, sorted(field)]));
}

function exactJson({ value }: ExactScalar): string {
  return typeof value === 'bigint' ? String(value) : goJson(value);
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function goString(text: string): string {
  return JSON.stringify(text).replace(HTML, escapeChar);
}

const HTML = /[<>&\u2028\u2029]/g;

function escapeChar(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
