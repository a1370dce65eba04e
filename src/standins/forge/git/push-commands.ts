import { ForgeHttpError, badRequest } from '../errors.ts';
import type { RefUpdate } from '../protection.ts';
import { FLUSH, packet, parsePackets } from './pkt-line.ts';

const MAX_COMMANDS = 1024 * 1024;

export interface PushCommands {
  readonly updates: readonly RefUpdate[];
  readonly capabilities: readonly string[];
  /** `git push -o`. */
  readonly options: readonly string[];
  /** The bytes read so far, which git must see again; the pack may have begun in them. */
  readonly head: Buffer;
  readonly rest: AsyncIterator<Uint8Array>;
}

/**
 * Reads what a push wants before anything of it is done (gitprotocol-pack, "Reference Update Request").
 * @throws ForgeHttpError 400 for a malformed request, 413 for too many refs
 */
export async function readPushCommands(body: AsyncIterable<Uint8Array>): Promise<PushCommands> {
  const rest = body[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  for (;;) {
    const request = parseRequest(head);
    if (request !== undefined) return { ...request, head, rest };
    if (head.length > MAX_COMMANDS) throw new ForgeHttpError(413, 'Too many refs in one push');
    const next = await rest.next();
    if (next.done === true) throw badRequest('The push request is cut off');
    head = Buffer.concat([head, next.value]);
  }
}

/** `undefined` while more must be read. @throws ForgeHttpError 400 */
function parseRequest(head: Buffer): Omit<PushCommands, 'head' | 'rest'> | undefined {
  const packets = parsePackets(head);
  if (packets === undefined) throw badRequest('The push request is malformed');
  if (!packets.isComplete) return undefined;
  const commands = parseCommands(packets.lines);
  if (!commands.capabilities.includes('push-options')) return { ...commands, options: [] };
  const more = parsePackets(head.subarray(packets.end));
  if (more === undefined) throw badRequest('The push options are malformed');
  return more.isComplete ? { ...commands, options: more.lines.map((line) => line.toString().trimEnd()) } : undefined;
}

function parseCommands(lines: readonly Buffer[]): Pick<PushCommands, 'updates' | 'capabilities'> {
  const updates: RefUpdate[] = [];
  let capabilities: readonly string[] = [];
  for (const line of lines) {
    const [text = '', more] = line.toString().split('\0');
    if (text.startsWith('shallow ')) continue;
    const match = /^([0-9a-f]{40}) ([0-9a-f]{40}) ([^\s]+)\n?$/.exec(text);
    if (match === null) throw badRequest('The push request is malformed, or signed, which is not supported');
    updates.push({ before: match[1] ?? '', after: match[2] ?? '', ref: match[3] ?? '' });
    if (more !== undefined) capabilities = more.trim().split(' ');
  }
  return { updates, capabilities };
}

/** The answer to a push that is refused whole, as from a pre-receive hook: the client prints `reason` and each ref. */
export function refusalReport({ updates, capabilities }: PushCommands, reason: string): Buffer {
  const status = Buffer.concat([
    packet('unpack ok\n'),
    ...updates.map(({ ref }) => packet(`ng ${ref} pre-receive hook declined\n`)),
    Buffer.from(FLUSH),
  ]);
  const wantsStatus = capabilities.some((name) => name === 'report-status' || name === 'report-status-v2');
  if (!capabilities.includes('side-band-64k')) return wantsStatus ? status : Buffer.alloc(0);
  const remark = remarkPacket(`GitLab: ${reason}`);
  const report = wantsStatus ? chunks(status).map((part) => packet(Buffer.concat([Buffer.from([1]), part]))) : [];
  return Buffer.concat([remark, ...report, Buffer.from(FLUSH)]);
}

/** A line that the client prints, as the channel for progress carries it. */
export function remarkPacket(line: string): Buffer {
  return packet(`\x02${line.slice(0, 1000)}\n`);
}

/** A side-band packet holds at most 65,515 bytes. */
function chunks(data: Buffer): readonly Buffer[] {
  const count = Math.ceil(data.length / 60_000);
  return Array.from({ length: count }, (_, index) => data.subarray(index * 60_000, (index + 1) * 60_000));
}
