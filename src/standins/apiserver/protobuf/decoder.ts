import type { JsonObject, JsonValue } from '../../../core/index.ts';
import { apiVersionOf, gvkOf } from '../../../kube/index.ts';
import type { ProtobufDecoder } from '../http/body.ts';
import { parseJsonText } from '../http/json-text.ts';
import { badRequest, unsupportedMediaType } from '../status.ts';
import table from './messages.generated.json' with { type: 'json' };
import { SCALAR_READERS, isZero } from './scalars.ts';
import { WireError, readFields } from './wire.ts';
import type { WireField } from './wire.ts';

const KINDS: Readonly<Record<string, string>> = table.kinds;
const ROWS: Readonly<Record<string, Readonly<Record<string, string>>>> = table.messages;
const MAGIC = Buffer.from('k8s\0');
const MAX_DEPTH = 100;

interface Field {
  readonly name: string;
  readonly shape: 'one' | 'list' | 'map' | 'inline';
  /** A zero was meant. */
  readonly pointer: boolean;
  readonly type: string;
}

/** Reads `application/vnd.kubernetes.protobuf`: the kinds that clients create by it, whole or not at all. */
export const protobufDecoder: ProtobufDecoder = {
  decode(body) {
    try {
      return decodeEnvelope(body);
    } catch (error) {
      if (error instanceof WireError) throw badRequest(`the body of the request is not protobuf: ${error.message}`);
      throw error;
    }
  },
};

/** `k8s\0`, then a message that names the kind (1) and holds the object (2), encoded as (3, 4) tell. */
function decodeEnvelope(body: Buffer): JsonValue {
  if (!body.subarray(0, MAGIC.length).equals(MAGIC)) throw new WireError('it does not start with "k8s\\0"');
  const parts = new Map([...readFields(body.subarray(MAGIC.length))].map(({ number, value }) => [number, value]));
  const named = new Map([...readFields(bytesOf(parts.get(1)))].map(({ number, value }) => [number, value]));
  const apiVersion = bytesOf(named.get(1)).toString();
  const kind = bytesOf(named.get(2)).toString();
  const raw = bytesOf(parts.get(2));
  if (bytesOf(parts.get(4)).toString() === 'application/json') return parseJsonText(raw.toString()).value;
  return { apiVersion, kind, ...decodeMessage(messageFor(apiVersion, kind), raw, 0) };
}

function messageFor(apiVersion: string, kind: string): string {
  const gvk = gvkOf({ apiVersion, kind });
  // every group has the options of a deletion
  const key = kind === 'DeleteOptions' ? '/v1/DeleteOptions' : `${gvk.group}/${gvk.version}/${kind}`;
  const message = Object.hasOwn(KINDS, key) ? KINDS[key] : undefined;
  if (message !== undefined) return message;
  const named = `${kind} of ${apiVersionOf(gvk)}`.slice(0, 200);
  throw unsupportedMediaType(`this server does not read ${named} as protobuf: send application/json`);
}

function bytesOf(value: bigint | Buffer | undefined): Buffer {
  if (value === undefined) return Buffer.alloc(0);
  if (typeof value === 'bigint') throw new WireError('a number stands where a message should');
  return value;
}

const compiled = new Map<string, ReadonlyMap<number, Field>>();

function fieldsOf(message: string): ReadonlyMap<number, Field> {
  let fields = compiled.get(message);
  if (fields === undefined) {
    fields = new Map(Object.entries(ROWS[message] ?? {}).map(([name, text]) => parseField(name, text)));
    compiled.set(message, fields);
  }
  return fields;
}

const SHAPES: Readonly<Record<string, Field['shape']>> = { '[]': 'list', '{}': 'map', '...': 'inline' };
const ROW = /^(\d+) (\*?)(\[\]|\{\}|\.\.\.|)(.+)$/;

function parseField(name: string, text: string): readonly [number, Field] {
  const [, number = '', pointer, shape = '', type = ''] = ROW.exec(text) ?? [];
  return [Number(number), { name, shape: SHAPES[shape] ?? 'one', pointer: pointer === '*', type }];
}

function decodeMessage(message: string, bytes: Buffer, depth: number): JsonObject {
  if (depth > MAX_DEPTH) throw badRequest(`the body of the request is nested over ${MAX_DEPTH} deep`);
  const fields = fieldsOf(message);
  const result: JsonObject = {};
  for (const each of readFields(bytes)) {
    const field = fields.get(each.number);
    // what cannot be read must not get lost without a word
    if (field === undefined)
      throw unsupportedMediaType(
        `this server does not know field ${each.number} of ${message} as protobuf: send application/json`,
      );
    put(result, field, { each, depth });
  }
  return result;
}

function put(
  result: JsonObject,
  field: Field,
  { each, depth }: { readonly each: WireField; readonly depth: number },
): void {
  const { name, shape, type } = field;
  if (shape === 'inline') Object.assign(result, decodeMessage(type, bytesOf(each.value), depth + 1));
  else if (shape === 'list') {
    const list = Array.isArray(result[name]) ? result[name] : (result[name] = []);
    list.push(decodeValue(type, each.value, depth) ?? null);
  } else if (shape === 'map') {
    const map = (result[name] ?? {}) as JsonObject;
    const [key, value] = decodeEntry(type, bytesOf(each.value), depth);
    if (key === '__proto__') throw badRequest('the body of the request has a member named __proto__');
    result[name] = Object.assign(map, { [key]: value });
  } else {
    const value = decodeValue(type, each.value, depth);
    if (value !== undefined && (field.pointer || !isZero(type, value))) result[name] = value;
  }
}

function decodeEntry(type: string, bytes: Buffer, depth: number): readonly [string, JsonValue] {
  let key = '';
  let value: JsonValue | undefined;
  for (const field of readFields(bytes)) {
    if (field.number === 1) key = bytesOf(field.value).toString();
    else value = decodeValue(type, field.value, depth);
  }
  return [key, value ?? (type === 'string' || type === 'bytes' ? '' : null)];
}

/** `undefined` where the message says nothing. */
function decodeValue(type: string, value: bigint | Buffer, depth: number): JsonValue | undefined {
  const scalar = SCALAR_READERS[type];
  return scalar === undefined ? decodeMessage(type, bytesOf(value), depth + 1) : scalar(value);
}
