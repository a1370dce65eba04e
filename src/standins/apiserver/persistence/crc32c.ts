/** The Castagnoli polynomial, reflected. */
const POLYNOMIAL = 0x82f63b78;
const SLICES = 8;

/** `TABLES[k][b]`: the remainder of byte `b` followed by `k` zero bytes. */
const TABLES: readonly Uint32Array[] = buildTables();

function buildTables(): readonly Uint32Array[] {
  const first = Uint32Array.from({ length: 256 }, (_none, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
    return value;
  });
  const tables = [first];
  while (tables.length < SLICES)
    tables.push((tables.at(-1) ?? first).map((value) => (value >>> 8) ^ at(first, value & 0xff)));
  return tables;
}

function at(table: Uint32Array | undefined, index: number): number {
  return table?.[index] ?? 0;
}

const [T0, T1, T2, T3, T4, T5, T6, T7] = TABLES;

/** CRC-32C of some bytes, eight at a time. */
export function crc32c(bytes: Buffer): number {
  let crc = 0xffffffff;
  const whole = bytes.length - (bytes.length % SLICES);
  let index = 0;
  for (; index < whole; index += SLICES) {
    const low = (bytes.readUInt32LE(index) ^ crc) >>> 0;
    const high = bytes.readUInt32LE(index + 4);
    crc =
      at(T7, low & 0xff) ^
      at(T6, (low >>> 8) & 0xff) ^
      at(T5, (low >>> 16) & 0xff) ^
      at(T4, low >>> 24) ^
      at(T3, high & 0xff) ^
      at(T2, (high >>> 8) & 0xff) ^
      at(T1, (high >>> 16) & 0xff) ^
      at(T0, high >>> 24);
  }
  for (; index < bytes.length; index++) crc = (crc >>> 8) ^ at(T0, (crc ^ (bytes[index] ?? 0)) & 0xff);
  return (crc ^ 0xffffffff) >>> 0;
}
