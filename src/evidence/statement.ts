import { hash } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson, isJsonObject } from '../core/index.ts';
import type { JsonObject } from '../core/index.ts';
import type { Envelope } from './dsse.ts';

export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
export const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
/** Hash that the first record names as its predecessor's. */
export const GENESIS = '0'.repeat(64);

export interface Subject {
  readonly name: string;
  /** Algorithm to hexadecimal digest. */
  readonly digest: Readonly<Record<string, string>>;
}

/** A fact to be recorded. */
export interface Fact {
  /** Names the fact for ever: recording it again changes nothing. */
  readonly id: string;
  readonly predicateType: string;
  readonly subject: readonly Subject[];
  readonly predicate: JsonObject;
}

/** A fact as it stands in the ledger. */
export interface LedgerRecord extends Fact {
  /** From 1, without gaps. */
  readonly sequence: number;
  /** SHA-256 of the envelope before. */
  readonly previous: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** SHA-256 of this envelope. */
  readonly hash: string;
}

/** Where a record stands in the chain. */
export type Place = Pick<LedgerRecord, 'sequence' | 'previous' | 'at'>;

/** The one text of an envelope, as {@link formatEnvelope} writes it. */
const ENVELOPE = new RegExp(
  `^\\{"payloadType":"${PAYLOAD_TYPE.replace(/[.+]/g, '\\$&')}","payload":"([A-Za-z0-9+/]*={0,2})",` +
    '"signatures":\\[\\{"keyid":"([0-9a-f]{64})","sig":"([A-Za-z0-9+/]*={0,2})"\\}\\]\\}\\n$',
);
/** How base64 ends when its unused bits are zero. */
const BASE64_END = /^([A-Za-z0-9+/]{4}|[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)$/;

const statementSchema = z.object({
  _type: z.literal(STATEMENT_TYPE),
  subject: z.array(z.object({ name: z.string(), digest: z.record(z.string(), z.string()) })),
  predicateType: z.string(),
  predicate: z.object({
    ledger: z.object({
      id: z.string(),
      sequence: z.number().int().positive(),
      previous: z.string(),
      recordedAt: z.iso.datetime(),
    }),
    // What came out of JSON.parse is JSON; walking all of it again would take longer than everything else.
    fact: z.custom<JsonObject>(isJsonObject),
  }),
});

/** The payload to sign: an in-toto Statement v1 whose predicate holds the fact and its place in the chain. */
export function statementOf(fact: Fact, place: Place): Uint8Array {
  const statement: JsonObject = {
    _type: STATEMENT_TYPE,
    subject: fact.subject.map(({ name, digest }) => ({ name, digest: { ...digest } })),
    predicateType: fact.predicateType,
    predicate: {
      ledger: {
        id: fact.id,
        sequence: place.sequence,
        previous: place.previous,
        recordedAt: new Date(place.at).toISOString(),
      },
      fact: fact.predicate,
    },
  };
  return Buffer.from(canonicalJson(statement));
}

/** The bytes of an envelope as they are kept, one line. */
export function formatEnvelope({ payloadType, payload, signatures }: Envelope): string {
  return `${JSON.stringify({ payloadType, payload, signatures })}\n`;
}

export function hashOf(envelopeText: string): string {
  return hash('sha256', envelopeText);
}

export interface ParsedRecord {
  readonly envelope: Envelope;
  readonly record: LedgerRecord;
}

/** `undefined` when the text is no envelope of a statement. */
export function parseRecord(text: string): ParsedRecord | undefined {
  const [, payload, keyid, sig] = ENVELOPE.exec(text) ?? [];
  if (keyid === undefined || !isCanonicalBase64(payload) || !isCanonicalBase64(sig)) return undefined;
  const statement = parseStatement(Buffer.from(payload, 'base64').toString());
  if (statement === undefined) return undefined;
  const { ledger, fact } = statement.predicate;
  const record: LedgerRecord = {
    id: ledger.id,
    sequence: ledger.sequence,
    previous: ledger.previous,
    at: Date.parse(ledger.recordedAt),
    predicateType: statement.predicateType,
    subject: statement.subject,
    predicate: fact,
    hash: hashOf(text),
  };
  return { envelope: { payloadType: PAYLOAD_TYPE, payload, signatures: [{ keyid, sig }] }, record };
}

/** There is one text for the same bytes: otherwise the last record could be changed without its signature being touched. */
function isCanonicalBase64(text: string | undefined): text is string {
  return text !== undefined && text.length % 4 === 0 && BASE64_END.test(text.slice(-4));
}

function parseStatement(text: string): z.infer<typeof statementSchema> | undefined {
  try {
    return statementSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // No JSON: the verifier says that the record cannot be read.
  }
}
