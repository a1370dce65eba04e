/** The framing of Git's protocols (gitprotocol-common, "pkt-line Format"). */
export const FLUSH = '0000';

export function packet(payload: string | Buffer): Buffer {
  const bytes = Buffer.from(payload);
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes]);
}

export interface Packets {
  /** Payloads up to the first flush. */
  readonly lines: readonly Buffer[];
  /** Whether the flush was there. */
  readonly isComplete: boolean;
  /** Where what follows the flush begins. */
  readonly end: number;
}

/** @returns `undefined` for what is no pkt-line */
export function parsePackets(data: Buffer): Packets | undefined {
  const lines: Buffer[] = [];
  for (let offset = 0; offset + 4 <= data.length;) {
    const digits = data.toString('latin1', offset, offset + 4);
    if (digits === FLUSH) return { lines, isComplete: true, end: offset + 4 };
    const length = /^[0-9a-f]{4}$/i.test(digits) ? Number.parseInt(digits, 16) : 0;
    if (length < 4) return undefined;
    if (offset + length > data.length) break;
    lines.push(data.subarray(offset + 4, offset + length));
    offset += length;
  }
  return { lines, isComplete: false, end: data.length };
}
