import { constants, gunzipSync } from 'node:zlib';

export interface MessageField {
  readonly name: string;
  readonly number: number;
  readonly repeated: boolean;
  /** `string`, `int`, `bool`, `bytes`, `double`; of a message empty. */
  readonly scalar: string;
  /** Name of the message, for instance `core.v1.Container`. */
  readonly message?: string;
}

export type Message = readonly MessageField[];

const GZIP = Buffer.from([0x1f, 0x8b, 0x08]);
const LARGEST = 400_000;
const DESCRIPTOR = /k8s\.io\/(?:api|apimachinery)\/[\w/.-]+\.proto/;

/** The file descriptors (of protobuf's own format) that a Go program carries, compressed one by one. */
export function readDescriptors(program: Buffer): readonly Buffer[] {
  const found: Buffer[] = [];
  for (let at = program.indexOf(GZIP); at >= 0; at = program.indexOf(GZIP, at + 1)) {
    const file = inflate(program.subarray(at, at + LARGEST));
    if (file !== undefined && DESCRIPTOR.test(file.toString('latin1', 0, 200))) found.push(file);
  }
  return found;
}

function inflate(bytes: Buffer): Buffer | undefined {
  try {
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 8 * LARGEST });
  } catch {
    return undefined; // the three bytes were something else
  }
}

/** Every message by its short name. */
export function messagesOf(descriptors: readonly Buffer[]): ReadonlyMap<string, Message> {
  const messages = new Map<string, Message>();
  for (const file of descriptors) {
    const name = textOf(file, 2);
    for (const [number, value] of wire(file))
      if (number === 4 && Buffer.isBuffer(value)) addMessage(messages, value, name);
  }
  return messages;
}

function addMessage(messages: Map<string, Message>, bytes: Buffer, parent: string): void {
  const name = `${parent}.${textOf(bytes, 1)}`;
  const fields: MessageField[] = [];
  for (const [number, value] of wire(bytes)) {
    if (!Buffer.isBuffer(value)) continue;
    if (number === 2) fields.push(fieldOf(value));
    if (number === 3) addMessage(messages, value, name);
  }
  messages.set(shortName(name), fields);
}

/** `k8s.io.api.core.v1.Container` is `core.v1.Container`. */
function shortName(name: string): string {
  return name.replace(/^\.?k8s\.io\.(?:api|apimachinery\.pkg\.apis|apimachinery\.pkg)\./, '');
}

const SCALARS: Readonly<Record<number, string>> = {
  1: 'double',
  3: 'int',
  5: 'int',
  8: 'bool',
  9: 'string',
  12: 'bytes',
};
const REPEATED = 3;

function fieldOf(bytes: Buffer): MessageField {
  const values = new Map(wire(bytes));
  const message = values.get(6);
  const scalar = SCALARS[Number(values.get(5))] ?? '';
  return {
    name: textOf(bytes, 1),
    number: Number(values.get(3)),
    repeated: values.get(4) === REPEATED,
    scalar,
    ...(Buffer.isBuffer(message) ? { message: shortName(message.toString()) } : {}),
  };
}

function textOf(bytes: Buffer, field: number): string {
  const value = new Map(wire(bytes)).get(field);
  return Buffer.isBuffer(value) ? value.toString() : '';
}

/** Number and value of every field; numbers are small here. */
function* wire(bytes: Buffer): Generator<[number, number | Buffer]> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    const length = (key & 7) === 0 ? 0 : varint();
    if ((key & 7) === 0) yield [key >>> 3, varint()];
    else yield [key >>> 3, bytes.subarray(at, (at += length))];
  }
}
