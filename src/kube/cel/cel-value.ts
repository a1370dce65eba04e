import { evaluate } from '@marcbachmann/cel-js';
import { isJsonObject } from '../../core/index.ts';
import type { JsonObject, JsonValue } from '../../core/index.ts';
import { identifierOf } from './property-name.ts';
import { asSchema, kindOf } from './schema-kind.ts';
import type { SchemaKind } from './schema-kind.ts';

/** How large what an expression reads is. */
export interface Sizes {
  /** The longest list or map at each place of the schema. */
  readonly bySchema: Map<JsonObject, number>;
  /** The longest list, map or text of all. */
  largest: number;
}

/** A JSON value as expressions see it: integers as `bigint`, objects as maps, times as dates. */
export function toCelValue(value: JsonValue, schema: JsonObject | undefined, sizes: Sizes): unknown {
  const kind = kindOf(schema);
  if (typeof value === 'string') return textValue(value, kind, sizes);
  if (typeof value === 'number') return kind.kind !== 'double' && Number.isInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) {
    note(sizes, schema, value.length);
    const items = asSchema(schema?.['items']);
    return value.map((item) => toCelValue(item, items, sizes));
  }
  return isJsonObject(value) ? objectValue(value, { kind, schema }, sizes) : value;
}

function note(sizes: Sizes, schema: JsonObject | undefined, size: number): void {
  sizes.largest = Math.max(sizes.largest, size);
  if (schema !== undefined) sizes.bySchema.set(schema, Math.max(sizes.bySchema.get(schema) ?? 0, size));
}

function textValue(text: string, { kind }: SchemaKind, sizes: Sizes): unknown {
  sizes.largest = Math.max(sizes.largest, text.length);
  if (kind === 'bytes') return new Uint8Array(Buffer.from(text, 'base64'));
  if (kind === 'timestamp') return dateOf(text);
  return kind === 'duration' ? evaluate('duration(text)', { text }) : text;
}

function dateOf(text: string): Date | string {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? text : date;
}

interface Typed {
  readonly kind: SchemaKind;
  readonly schema: JsonObject | undefined;
}

/** What a schema with named properties does not name is not seen. */
function objectValue(value: JsonObject, { kind, schema }: Typed, sizes: Sizes): ReadonlyMap<string, unknown> {
  const entries = Object.entries(value);
  note(sizes, schema, entries.length);
  if (kind.kind === 'object') return namedMembers(entries, kind.properties, sizes);
  const properties = asSchema(schema?.['properties']) ?? {};
  const others = asSchema(schema?.['additionalProperties']);
  return new Map(
    entries.map(([name, member]) => {
      const known = Object.hasOwn(properties, name) ? asSchema(properties[name]) : undefined;
      const key = known === undefined ? name : (identifierOf(name) ?? name);
      return [key, toCelValue(member, known ?? others, sizes)];
    }),
  );
}

function namedMembers(
  entries: readonly (readonly [string, JsonValue])[],
  properties: JsonObject,
  sizes: Sizes,
): ReadonlyMap<string, unknown> {
  const members = new Map<string, unknown>();
  for (const [name, member] of entries) {
    const property = Object.hasOwn(properties, name) ? asSchema(properties[name]) : undefined;
    const identifier = property === undefined ? undefined : identifierOf(name);
    if (identifier !== undefined) members.set(identifier, toCelValue(member, property, sizes));
  }
  return members;
}
