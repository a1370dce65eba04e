/**
 * Checks a ledger without stoa-cd, by the rules in docs/spec/evidence/README.md. Needs Node 24 and, for a clone, git.
 *     node verify-standalone.ts --key KEY.pem [--key OTHER.pem] [--head HASH] [--ref REF] FOLDER
 * FOLDER: a clone, or an export pack (part of the chain, no history). Exit code: 0 intact, 1 bad, 2 cannot be checked.
 */
import { execFileSync } from 'node:child_process';
import { type KeyObject, createPublicKey, hash, verify } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const TYPE = 'application/vnd.in-toto+json';
const ENVELOPE =
  /^\{"payloadType":"application\/vnd\.in-toto\+json","payload":"([A-Za-z0-9+/]*={0,2})","signatures":\[\{"keyid":"([0-9a-f]{64})","sig":"([A-Za-z0-9+/]*={0,2})"\}\]\}\n$/;
const RECORD = /^100644 blob ([0-9a-f]{40})\trecords\/(\d\d)\/(\d\d)\/(\d\d)\/(?!0{8})(\2\3\4\d\d)\.json$/;
const KEY = /^100644 blob ([0-9a-f]{40})\tkeys\/([0-9a-f]{64})\.pem$/;
const LOG = '--format=%P|%(trailers:key=Record-Hash,valueonly,separator=%x2C)';
const GENESIS = '0'.repeat(64);

type Keys = ReadonlyMap<string, KeyObject>;
type NumberedText = readonly [sequence: number, text: string];
type Place = Readonly<Record<'id' | 'previous' | 'recordedAt', string>> & { readonly sequence: number };

function stop(code: number, message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}

function bad(sequence: number, reason: string): never {
  return stop(1, `Record ${sequence} is bad: ${reason}`);
}

function git(folder: string, args: readonly string[], input = ''): Buffer {
  return execFileSync('git', ['-C', folder, ...args], { input, maxBuffer: 2 ** 31 - 1 });
}

/** The bytes that base64 stands for, where they have no other base64. */
function decode(base64: string): Buffer | undefined {
  const bytes = Buffer.from(base64, 'base64');
  return bytes.toString('base64') === base64 ? bytes : undefined;
}

function placeIn(payload: Buffer | undefined): Place | undefined {
  try {
    const { _type, predicate } = JSON.parse(String(payload)) as { _type: string; predicate: { ledger: Place } };
    const sound = _type === 'https://in-toto.io/Statement/v1' && !Number.isNaN(Date.parse(predicate.ledger.recordedAt));
    return sound ? predicate.ledger : undefined;
  } catch {
    return undefined;
  }
}

/** Checks form and signature. */
function readRecord([sequence, text]: NumberedText, keys: Keys): Place {
  const [, payload64 = '', id = '', signature64 = ''] = ENVELOPE.exec(text) ?? [];
  const [payload, signature, key] = [decode(payload64), decode(signature64), keys.get(id)];
  const place = placeIn(payload);
  if (payload === undefined || signature === undefined || place === undefined) bad(sequence, 'it cannot be read');
  const signed = Buffer.concat([Buffer.from(`DSSEv1 ${TYPE.length} ${TYPE} ${payload.length} `), payload]);
  if (key === undefined || !verify(null, signed, key, signature))
    bad(sequence, 'its signature is not by a trusted key, or its content was changed');
  return place;
}

/** Walks the chain from record `first` on. @returns the records' hashes in order */
function checkChain(records: Iterable<NumberedText>, first: number, keys: Keys): string[] {
  const [hashes, ids]: [string[], Set<string>] = [[], new Set()];
  let newest = 0;
  for (const record of records) {
    const sequence = first + hashes.length;
    if (record[0] !== sequence) bad(sequence, 'it is missing');
    const place = readRecord(record, keys);
    if (place.sequence !== sequence) bad(sequence, `it says that it is record ${place.sequence}`);
    // The first link of a pack that begins later leads out of it.
    const previous = hashes.at(-1) ?? (first === 1 ? GENESIS : place.previous);
    if (place.previous !== previous) bad(sequence, 'it does not follow the record before it');
    if (Date.parse(place.recordedAt) < newest) bad(sequence, 'it is older than the record before it');
    if (ids.has(place.id)) bad(sequence, 'its fact is recorded already');
    newest = Date.parse(place.recordedAt);
    ids.add(place.id);
    hashes.push(hash('sha256', record[1]));
  }
  return hashes;
}

function* recordsOfClone(folder: string, tree: readonly string[]): Generator<NumberedText> {
  const found = tree.map((line) => RECORD.exec(line)).filter((match) => match !== null);
  found.sort((a, b) => Number(a[5]) - Number(b[5]));
  for (let start = 0; start < found.length; start += 1000) {
    const batch = found.slice(start, start + 1000);
    let output = git(folder, ['cat-file', '--batch'], batch.map(([, oid = '']) => `${oid}\n`).join(''));
    for (const [, , , , , name] of batch) {
      const end = output.indexOf(10) + 1;
      const stop = end + Number(output.toString('latin1', 0, end).split(' ')[2]);
      yield [Number(name), output.toString('utf8', end, stop)];
      output = output.subarray(stop + 1);
    }
  }
}

/** Files that belong to no ledger, and keys under other names, are told before any record. */
function checkFiles(folder: string, tree: readonly string[]): void {
  for (const line of tree.filter((one) => !RECORD.test(one))) {
    const [, oid, id = ''] = KEY.exec(line) ?? bad(0, `${line} does not belong to the ledger`);
    const pem = git(folder, ['cat-file', 'blob', oid ?? '']).toString();
    const der = Buffer.from(pem.replaceAll(/-----[A-Z ]+-----|\s/g, ''), 'base64');
    if (hash('sha256', der) !== id) bad(0, `keys/${id}.pem does not hold the key that it is named after`);
  }
}

/** One commit a record, in order, each naming its record's hash */
function checkHistory(log: readonly string[], hashes: readonly string[]): void {
  for (let index = 0; index < Math.max(log.length, hashes.length); index++) {
    const [, parents = ' ', recorded] = /^(.*)\|([0-9a-f]{64})$/.exec(log[index] ?? '') ?? [];
    if (parents.includes(' ') || recorded !== hashes[index])
      bad(index + 1, 'the history of the branch does not record it in its place');
  }
}

/** Checks a clone or a pack. @returns the first record's sequence and the hashes */
function check(folder: string, ref: string, keys: Keys): { readonly first: number; readonly hashes: string[] } {
  const pack = join(folder, 'records.jsonl');
  if (existsSync(pack)) {
    const texts = readFileSync(pack, 'utf8').split(/(?<=\n)/);
    const first = placeIn(decode(ENVELOPE.exec(texts[0] ?? '')?.[1] ?? ''))?.sequence ?? 1;
    const records = texts.map((text, index): NumberedText => [first + index, text]);
    return { first, hashes: checkChain(records, first, keys) };
  }
  const lines = (args: readonly string[]): string[] => git(folder, args).toString().split('\n').filter(Boolean);
  const tree = lines(['ls-tree', '-r', '--full-tree', ref]);
  checkFiles(folder, tree);
  const hashes = checkChain(recordsOfClone(folder, tree), 1, keys);
  checkHistory(lines(['log', '--first-parent', '--reverse', LOG, ref]), hashes);
  return { first: 1, hashes };
}

process.on('uncaughtException', ({ message }) => stop(2, `Cannot check the ledger: ${message}`));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { key: { type: 'string', multiple: true }, head: { type: 'string' }, ref: { type: 'string' } },
});
if (positionals[0] === undefined || values.key === undefined) throw new Error('give --key KEY.pem and a folder');
const trusted = values.key.map((file) => createPublicKey(readFileSync(file)));
const keys = new Map(trusted.map((key) => [hash('sha256', key.export({ type: 'spki', format: 'der' })), key]));
const { first, hashes } = check(positionals[0], values.ref ?? 'evidence', keys);
if (values.head !== undefined && !hashes.includes(values.head))
  bad(first + hashes.length, 'it is missing: the ledger was cut off before the expected head');
process.stdout.write(
  `The ledger is intact: ${hashes.length} records from ${first} on, head ${hashes.at(-1) ?? GENESIS}\n`,
);
