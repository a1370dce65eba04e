/** The bytes are no protobuf message. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

/** One field as it is on the wire: a number, or bytes whose meaning the message knows. */
export interface WireField {
  readonly number: number;
  readonly value: bigint | Buffer;
}

const MAX_VARINT = 10;

/** The fields of a message in order. @throws WireError */
export function* readFields(bytes: Buffer): Generator<WireField> {
  const reader = new Reader(bytes);
  while (!reader.done) {
    const key = Number(reader.varint());
    const number = Math.floor(key / 8);
    if (number === 0) throw new WireError('a field has the number 0');
    yield { number, value: reader.value(key % 8) };
  }
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  value(wireType: number): bigint | Buffer {
    if (wireType === 0) return BigInt.asIntN(64, this.varint());
    if (wireType === 1) return this.#take(8);
    if (wireType === 2) return this.#take(Number(this.varint()));
    if (wireType === 5) return this.#take(4);
    throw new WireError(`a field has the wire type ${wireType}`);
  }

  varint(): bigint {
    let value = 0n;
    for (let count = 0; count < MAX_VARINT; count++) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) break;
      value |= BigInt(byte & 0x7f) << BigInt(7 * count);
      if (byte < 0x80) return value;
    }
    throw new WireError('a number does not end');
  }

  #take(length: number): Buffer {
    const end = this.#at + length;
    if (!Number.isSafeInteger(end) || end > this.#bytes.length)
      throw new WireError('a field is longer than its message');
    const bytes = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }
}
