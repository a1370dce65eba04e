import { execFileSync } from 'node:child_process';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock, silentLogger } from '../core/index.ts';
import type { Logger } from '../core/index.ts';
import { openMirror } from '../git/index.ts';
import type { Mirror } from '../git/index.ts';
import { anchorLedger } from './anchor.ts';
import type { AnchoredLedger } from './anchor.ts';
import { createSigner, generateSigningKey } from './dsse.ts';
import { openLedger } from './ledger.ts';
import { readRecords } from './read-ledger.ts';
import type { Fact } from './statement.ts';
import { verifyRepository } from './verify-repository.ts';

const signer = createSigner(generateSigningKey());
const stop = new AbortController();
let scratch: string;
let clock: VirtualClock;
let mirror: Mirror;
let ledger: AnchoredLedger;
let told: string[];

const urlOf = (name: string): string => pathToFileURL(join(scratch, name)).href;
const init = (name: string): Buffer => execFileSync('git', ['init', '-q', '--bare', join(scratch, name)]);

beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'stoa-anchor-'));
  clock = new VirtualClock();
  told = [];
  for (const name of ['forge.git', 'copy.git']) init(name);
  mirror = await openMirror({ url: urlOf('forge.git'), directory: join(scratch, 'mirror') });
  const logger: Logger = {
    ...silentLogger,
    error: (text) => void told.push(text),
    warn: (text) => void told.push(text),
  };
  ledger = anchorLedger(openLedger({ mirror, signer, clock }), {
    ...{ mirror, clock, logger, signal: stop.signal },
    remote: { url: urlOf('copy.git') },
  });
});
afterEach(async () => {
  await ledger.settled();
  await mirror[Symbol.asyncDispose]();
  await rm(scratch, { recursive: true, force: true });
});

const fact = (id: string): Fact => ({
  id,
  predicateType: 'https://example.com/x/v1',
  subject: [{ name: id, digest: { sha256: 'ab' } }],
  predicate: { id },
});

async function idsOf(name: string): Promise<readonly string[]> {
  await using reader = await openMirror({ url: urlOf(name), directory: join(scratch, `read-${name}`) });
  await reader.fetch();
  return (await readRecords(reader)).map(({ id }) => id);
}

describe(anchorLedger, () => {
  it('copies every record, and says nothing', async () => {
    await Promise.all(['a', 'b', 'c'].map((id) => ledger.append(fact(id))));
    await ledger.settled();

    expect(await idsOf('copy.git')).toEqual(await idsOf('forge.git'));
    expect(told).toEqual([]);
  });

  it('waits for nobody, and brings what is missing once the other is back', async () => {
    await rename(join(scratch, 'copy.git'), join(scratch, 'away.git'));
    await ledger.append(fact('a'));
    await ledger.settled();
    expect(told).toEqual(['the ledger cannot be copied']);

    await rename(join(scratch, 'away.git'), join(scratch, 'copy.git'));
    clock.advance(1000);
    await ledger.settled();
    expect(await idsOf('copy.git')).toEqual(['a']);
  });

  it('finds a ledger that was cut off, and never overwrites the copy', async () => {
    for (const id of ['a', 'b']) await ledger.append(fact(id));
    await ledger.settled();
    const kept = await readRecords(mirror);
    const git = (...args: readonly string[]): string =>
      execFileSync('git', [`--git-dir=${join(scratch, 'forge.git')}`, ...args])
        .toString()
        .trim();
    git('update-ref', 'refs/heads/evidence', git('rev-parse', 'refs/heads/evidence~1'));

    await using after = await openMirror({ url: urlOf('forge.git'), directory: join(scratch, 'after') });
    await after.fetch();
    const again = openLedger({ mirror: after, signer, clock });
    const anchored = anchorLedger(again, {
      ...{ mirror: after, clock, signal: stop.signal, remote: { url: urlOf('copy.git') } },
      logger: { ...silentLogger, error: (text) => void told.push(text) },
    });
    await anchored.append(fact('c'));
    await anchored.settled();

    // At the start already, and after each further record.
    expect(new Set(told)).toEqual(new Set(['the copy of the ledger is not its beginning: one of them was rewritten']));
    expect(await idsOf('copy.git')).toEqual(['a', 'b']);
    const expectedHead = kept.at(-1)?.hash ?? '';
    expect(await verifyRepository(after, { publicKeys: [signer.publicKeyPem], expectedHead })).toMatchObject({
      ...{ ok: false, reason: expect.stringContaining('the ledger was cut off') as string },
    });
  });
});
