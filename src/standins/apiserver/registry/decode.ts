import { isJsonObject } from '../../../core/index.ts';
import type { JsonObject, JsonValue } from '../../../core/index.ts';
import { builtinTypeName } from '../../../kube/index.ts';
import type { SchemaNode } from '../../../kube/index.ts';

/** A value does not have the type that the schema asks for. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}

export interface Decoded {
  readonly value: JsonObject;
  /** Paths of members that the schema does not know; they are left out. */
  readonly unknown: readonly string[];
}

const MAX_UNKNOWN = 100;

/**
 * Reads JSON as a typed server does: nulls and unknown members are left out, numbers given as quantities become text.
 * @throws DecodeError on a value of another type
 */
export function decode(schema: SchemaNode, value: JsonObject): Decoded {
  const decoder = new Decoder();
  const decoded = decoder.value(schema, value, { path: '', owner: '' });
  return { value: isJsonObject(decoded) ? decoded : {}, unknown: decoder.unknown };
}

interface Place {
  readonly path: string;
  /** Go's name of the type that has the field. */
  readonly owner: string;
}

class Decoder {
  readonly unknown: string[] = [];

  /** `undefined` for what a typed server drops. */
  value(node: SchemaNode, value: JsonValue, place: Place): JsonValue | undefined {
    if (value === null) return node.type === 'any' ? null : undefined;
    switch (node.type) {
      case 'any':
        return value;
      case 'object':
        return this.#object(node, value, place);
      case 'map':
        return this.#map(node, value, place);
      case 'list':
        return this.#list(node, value, place);
      default:
        return scalar(node.type, value, place);
    }
  }

  #object(node: Extract<SchemaNode, { type: 'object' }>, value: JsonValue, place: Place): JsonObject {
    const owner = goName(node) ?? place.owner;
    if (!isJsonObject(value)) throw mismatch(value, place, goName(node) ?? 'map');
    const result: JsonObject = {};
    for (const [name, member] of Object.entries(value)) {
      const field = node.fields.get(name);
      const path = place.path === '' ? name : `${place.path}.${name}`;
      const kept = field === undefined ? this.#extra(node, member, path) : this.value(field, member, { path, owner });
      if (kept !== undefined) result[name] = kept;
    }
    return result;
  }

  #extra(node: { readonly preserveUnknown?: boolean }, member: JsonValue, path: string): JsonValue | undefined {
    if (node.preserveUnknown === true) return member;
    if (this.unknown.length < MAX_UNKNOWN) this.unknown.push(path);
    return undefined;
  }

  #map(node: Extract<SchemaNode, { type: 'map' }>, value: JsonValue, place: Place): JsonObject {
    if (!isJsonObject(value)) throw mismatch(value, place, `map[string]${goScalar(node.values)}`);
    const result: JsonObject = {};
    for (const [name, member] of Object.entries(value)) {
      const kept = this.value(node.values, member, { ...place, path: `${place.path}.${name}` });
      // Go reads a null value of a map as the zero value
      result[name] = kept ?? zero(node.values);
    }
    return result;
  }

  #list(node: Extract<SchemaNode, { type: 'list' }>, value: JsonValue, place: Place): JsonValue[] {
    if (!Array.isArray(value)) throw mismatch(value, place, `[]${goScalar(node.items)}`);
    return value.map((item, index) => {
      const kept = this.value(node.items, item, { ...place, path: `${place.path}[${index}]` });
      return kept ?? zero(node.items);
    });
  }
}

function zero(node: SchemaNode): JsonValue {
  switch (node.type) {
    case 'any':
      return null;
    case 'object':
    case 'map':
      return {};
    case 'list':
      return [];
    case 'integer':
    case 'number':
      return 0;
    case 'boolean':
      return false;
    default:
      return '';
  }
}

type Scalar = Exclude<SchemaNode['type'], 'any' | 'object' | 'map' | 'list'>;

const GO_SCALARS: Readonly<Record<Scalar, string>> = {
  string: 'string',
  integer: 'int32',
  number: 'float64',
  boolean: 'bool',
  'int-or-string': 'intstr.IntOrString',
  quantity: 'resource.Quantity',
  bytes: '[]uint8',
  time: 'v1.Time',
  duration: 'v1.Duration',
};

const QUANTITY = /^[+-]?(\d+\.?\d*|\.\d+)(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E|[eE][+-]?\d+)?$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function scalar(type: Scalar, value: JsonValue, place: Place): JsonValue {
  if (type === 'quantity') return quantity(value, place);
  if (!fits(type, value)) throw mismatch(value, place, GO_SCALARS[type]);
  if (type === 'bytes' && !BASE64.test((value as string).replace(/\s/g, '')))
    throw new DecodeError('illegal base64 data at input byte 0');
  return value;
}

function fits(type: Scalar, value: JsonValue): boolean {
  switch (type) {
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'int-or-string':
      return typeof value === 'string' || Number.isInteger(value);
    default:
      return typeof value === 'string';
  }
}

function quantity(value: JsonValue, place: Place): JsonValue {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') throw mismatch(value, place, GO_SCALARS.quantity);
  if (QUANTITY.test(text)) return text;
  throw new DecodeError("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
}

/** In the words of Go's JSON decoder. */
function mismatch(value: JsonValue, place: Place, expected: string): DecodeError {
  const field = place.path.replace(/\[\d+\]/g, '');
  const target = place.path === '' ? 'Go value' : `Go struct field ${place.owner}.${field}`;
  return new DecodeError(`json: cannot unmarshal ${jsonType(value)} into ${target} of type ${expected}`);
}

function jsonType(value: JsonValue): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return value === null ? 'null' : typeof value;
}

function goName(node: SchemaNode): string | undefined {
  return builtinTypeName(node)?.replace(/^[A-Za-z]*V\d(?:(?:alpha|beta)\d)?(?=[A-Z])/, '');
}

function goScalar(node: SchemaNode): string {
  if (node.type === 'list') return `[]${goScalar(node.items)}`;
  if (node.type === 'map') return `map[string]${goScalar(node.values)}`;
  if (node.type === 'object') return goName(node) ?? 'interface {}';
  return node.type === 'any' ? 'interface {}' : GO_SCALARS[node.type];
}
