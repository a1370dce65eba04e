import { crc32 } from 'node:zlib';
import { BodyArena } from '../store/body-arena.ts';
import type { Header } from '../store/entry.ts';
import type { StoredRecord } from '../store/persistence.ts';
import { StorageError } from './storage-error.ts';

/*
 * A file is a sequence of frames: "SLG2", length and CRC-32 of the payload (32 bits each, little endian), payload. A
 * payload is a sequence of records: lengths of head and body, head (JSON), body (the object's JSON). What is written in
 * one go is one frame, and the next frame is written only when that one is durable. So a frame that is broken is the
 * end of what a crash left behind; a whole frame behind a broken one means that the disk has changed what it kept.
 */
const MAGIC = Buffer.from('SLG2');
const FRAME_HEAD = 12;
const RECORD_HEAD = 8;
const MAX_PAYLOAD = 256 * 1024 * 1024;

interface Head {
  readonly r: number;
  readonly c: string;
  readonly s: string;
  readonly n: string;
  readonly h?: Header;
}

/** One frame with these records. */
export function encodeFrame(records: readonly StoredRecord[]): Buffer {
  const parts: Buffer[] = [Buffer.alloc(FRAME_HEAD)];
  let length = 0;
  for (const record of records) {
    const { resourceVersion: r, collection: c, namespace: s, name: n, kept } = record;
    const head = Buffer.from(JSON.stringify({ r, c, s, n, ...(kept === undefined ? {} : { h: kept.header }) }));
    const body = kept?.body ?? NOTHING;
    const lengths = Buffer.allocUnsafe(RECORD_HEAD);
    lengths.writeUInt32LE(head.length, 0);
    lengths.writeUInt32LE(body.length, 4);
    parts.push(lengths, head, body);
    length += RECORD_HEAD + head.length + body.length;
  }
  const frame = Buffer.concat(parts, FRAME_HEAD + length);
  MAGIC.copy(frame);
  frame.writeUInt32LE(length, 4);
  frame.writeUInt32LE(crc32(frame.subarray(FRAME_HEAD)), 8);
  return frame;
}

const NOTHING: Buffer = Buffer.alloc(0);

/** Hands over the records of payloads. Bodies are copies: one that lives on must not hold the whole payload. */
export function payloadDecoder(restore: (record: StoredRecord) => void): (payload: Buffer) => void {
  const arena = new BodyArena();
  return (payload) => decodePayload(payload, arena, restore);
}

function decodePayload(payload: Buffer, arena: BodyArena, restore: (record: StoredRecord) => void): void {
  let offset = 0;
  while (offset < payload.length) {
    const headLength = payload.readUInt32LE(offset);
    const bodyLength = payload.readUInt32LE(offset + 4);
    const headStart = offset + RECORD_HEAD;
    const bodyStart = headStart + headLength;
    const head = JSON.parse(payload.toString('utf8', headStart, bodyStart)) as Head;
    offset = bodyStart + bodyLength;
    const { r: resourceVersion, c: collection, s: namespace, n: name, h: header } = head;
    const place = { resourceVersion, collection, namespace, name };
    if (header === undefined) restore(place);
    else restore({ ...place, kept: { header, body: arena.copy(payload.subarray(bodyStart, offset)) } });
  }
}

/**
 * Hands the payload of every whole frame to `take`.
 * @returns the size of the file up to the end of the last whole frame
 * @throws StorageError when there is a whole frame behind a broken one
 */
export async function readFrames(chunks: AsyncIterable<Buffer>, take: (payload: Buffer) => void): Promise<number> {
  let rest = NOTHING;
  let good = 0;
  const takeFrames = (): void => {
    for (let payload = firstPayload(rest); payload !== undefined; payload = firstPayload(rest)) {
      take(payload);
      good += FRAME_HEAD + payload.length;
      rest = rest.subarray(FRAME_HEAD + payload.length);
    }
  };
  for await (const chunk of chunks) {
    // only the frame that lies across two pieces is copied together
    const missing = rest.length === 0 ? 0 : missingBytes(rest, chunk.length);
    if (rest.length > 0) rest = Buffer.concat([rest, chunk.subarray(0, missing)]);
    takeFrames();
    if (rest.length === 0) rest = chunk.subarray(missing);
    else if (missing < chunk.length) rest = Buffer.concat([rest, chunk.subarray(missing)]);
    takeFrames();
  }
  requireTornTail(rest, good);
  return good;
}

/** How many more bytes the frame at the start needs, at most `available`; all of them when it cannot be told. */
function missingBytes(bytes: Buffer, available: number): number {
  const length = frameLength(bytes);
  if (length === undefined) return available;
  return Math.min(available, Math.max(0, FRAME_HEAD + length - bytes.length));
}

/** The payload of the frame at the start, when all of it is there and it is whole. */
function firstPayload(bytes: Buffer): Buffer | undefined {
  const length = frameLength(bytes);
  if (length === undefined || bytes.length < FRAME_HEAD + length) return undefined;
  const payload = bytes.subarray(FRAME_HEAD, FRAME_HEAD + length);
  return crc32(payload) === bytes.readUInt32LE(8) ? payload : undefined;
}

function frameLength(bytes: Buffer): number | undefined {
  if (bytes.length < FRAME_HEAD || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const length = bytes.readUInt32LE(4);
  return length <= MAX_PAYLOAD ? length : undefined;
}

function requireTornTail(rest: Buffer, offset: number): void {
  for (let at = rest.indexOf(MAGIC, 1); at >= 0; at = rest.indexOf(MAGIC, at + 1)) {
    if (firstPayload(rest.subarray(at)) === undefined) continue;
    const message = `Cannot read the log: the bytes at offset ${offset} are damaged, and there is more behind them`;
    throw new StorageError(message, { details: { offset } });
  }
}
