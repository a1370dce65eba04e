/** One field: a number, a text, or a message of fields. */
export type Field = readonly [number: number, value: number | string | readonly Field[]];

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}

function encode(fields: readonly Field[]): Buffer {
  const parts = fields.map(([number, value]) => {
    if (typeof value === 'number') return Buffer.from([...varint(number * 8), ...varint(value)]);
    const bytes = typeof value === 'string' ? Buffer.from(value) : encode(value);
    return Buffer.concat([Buffer.from([...varint(number * 8 + 2), ...varint(bytes.length)]), bytes]);
  });
  return Buffer.concat(parts);
}

/** The body that a client sends for an object of the kind: an envelope with the object's fields. */
export function protobufBody(apiVersion: string, kind: string, object: readonly Field[]): Buffer {
  const kindOf: readonly Field[] = [
    [1, apiVersion],
    [2, kind],
  ];
  const envelope: readonly Field[] = [
    [1, kindOf],
    [2, object],
  ];
  return Buffer.concat([Buffer.from('k8s\0'), encode(envelope)]);
}
