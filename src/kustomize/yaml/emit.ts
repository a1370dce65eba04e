import { formatNumber } from './format-number.ts';
import { compareKeys } from './key-order.ts';
import { printScalar } from './print-scalar.ts';
import { ExactScalar } from './value.ts';
import type { YamlMap, YamlValue } from './value.ts';

/** Longest key that go-yaml writes on the line of its value. */
const MAX_SIMPLE_KEY = 128;

/** One document as `sigs.k8s.io/yaml` prints it: keys sorted, lists not indented, text folded after column 80. */
export function emitDocument(value: YamlValue): string {
  const out: string[] = [];
  if (isBlock(value)) writeBlock(value, 0, out);
  else out.push(inline(value, 0, 2), '\n');
  return out.join('');
}

function isBlock(value: YamlValue): value is YamlMap | YamlValue[] {
  if (typeof value !== 'object' || value === null || value instanceof ExactScalar) return false;
  if (Array.isArray(value)) return value.length > 0;
  for (const _key in value) return true;
  return false;
}

function writeBlock(value: YamlMap | YamlValue[], indent: number, out: string[]): void {
  if (Array.isArray(value)) writeList(value, indent, out);
  else writeMap(value, indent, out);
}

/** Writes from the current column, which is `indent`; ends with a line break. */
function writeMap(map: YamlMap, indent: number, out: string[]): void {
  const margin = spaces(indent);
  let first = true;
  for (const key of sortedKeys(map)) {
    if (!first) out.push(margin);
    first = false;
    const value = map[key] as YamlValue;
    const label = printKey(key, indent);
    if (label.length > MAX_SIMPLE_KEY) writeLongEntry({ label, value, indent }, out);
    else writeEntry({ label, value, indent }, out);
  }
}

interface Entry {
  readonly label: string;
  readonly value: YamlValue;
  readonly indent: number;
}

function writeEntry({ label, value, indent }: Entry, out: string[]): void {
  if (!isBlock(value)) {
    out.push(label, ': ', inline(value, indent + label.length + 2, indent + 2), '\n');
    return;
  }
  out.push(label, ':\n');
  const inner = Array.isArray(value) ? indent : indent + 2;
  out.push(spaces(inner));
  writeBlock(value, inner, out);
}

function writeLongEntry({ label, value, indent }: Entry, out: string[]): void {
  out.push('? ', label, '\n', spaces(indent), ': ');
  if (isBlock(value)) writeBlock(value, indent + 2, out);
  else out.push(inline(value, indent + 2, indent + 2), '\n');
}

function writeList(list: readonly YamlValue[], indent: number, out: string[]): void {
  const margin = spaces(indent);
  let first = true;
  for (const item of list) {
    out.push(first ? '- ' : `${margin}- `);
    first = false;
    if (isBlock(item)) writeBlock(item, indent + 2, out);
    else out.push(inline(item, indent + 2, indent + 2), '\n');
  }
}

/** A value that starts at `column`; further lines of it start at `indent`. */
function inline(value: YamlValue, column: number, indent: number): string {
  if (typeof value === 'string') return printScalar(value, { column, indent, isKey: false });
  if (typeof value === 'number') return formatNumber(value);
  if (value === null) return 'null';
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (value instanceof ExactScalar) return inlineExact(value, column, indent);
  return Array.isArray(value) ? '[]' : '{}';
}

function inlineExact({ value }: ExactScalar, column: number, indent: number): string {
  return typeof value === 'bigint' ? String(value) : inline(value, column, indent);
}

const MARGINS = Array.from({ length: 64 }, (_, width) => ' '.repeat(width));

function spaces(width: number): string {
  return MARGINS[width] ?? ' '.repeat(width);
}

const printedKeys = new Map<string, string>();

function printKey(key: string, indent: number): string {
  const known = printedKeys.get(key);
  if (known !== undefined) return known;
  const printed = printScalar(key, { column: indent, indent, isKey: true });
  if (key.length <= 64 && printedKeys.size < 20_000) printedKeys.set(key, printed);
  return printed;
}

function sortedKeys(map: YamlMap): string[] {
  const keys = Object.keys(map);
  for (let i = 1; i < keys.length; i++) {
    if (compareKeys(keys[i - 1] as string, keys[i] as string) > 0) return keys.sort(compareKeys);
  }
  return keys;
}
