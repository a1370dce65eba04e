import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../core/index.ts';
import { openMirror } from '../git/index.ts';
import type { Mirror } from '../git/index.ts';
import { createSigner, generateSigningKey } from './dsse.ts';
import { openLedger, verifyRepository } from './ledger.ts';
import type { Fact } from './statement.ts';

let scratch: string;
let mirror: Mirror;
const clock = new VirtualClock();
const signer = createSigner(generateSigningKey());
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'stoa-ledger-'));
  execFileSync('git', ['init', '-q', '--bare', join(scratch, 'remote.git')]);
  mirror = await openMirror({
    url: pathToFileURL(join(scratch, 'remote.git')).href,
    directory: join(scratch, 'mirror'),
  });
});
afterEach(async () => {
  await mirror[Symbol.asyncDispose]();
  await rm(scratch, { recursive: true, force: true });
});

const fact = (id: string): Fact => ({
  id,
  predicateType: 'https://example.com/x/v1',
  subject: [{ name: id, digest: { sha256: 'ab' } }],
  predicate: { id },
});

describe(openLedger, () => {
  it('chains records on a branch, and each fact stands there once', async () => {
    const ledger = openLedger({ mirror, signer, clock });

    const [a, b, again] = await Promise.all([
      ledger.append(fact('a')),
      ledger.append(fact('b')),
      ledger.append(fact('a')),
    ]);

    expect([a.sequence, b.sequence, again.sequence]).toEqual([1, 2, 1]);
    const records = await ledger.records();
    expect(records.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(records[1]?.previous).toBe(records[0]?.hash);
    expect(await verifyRepository(mirror, { publicKeys: [signer.publicKeyPem] })).toEqual({
      ok: true,
      records: 2,
      head: records[1]?.hash,
    });
  });

  it('keeps both of two writers that race', async () => {
    await using second = await openMirror({ url: mirror.url, directory: join(scratch, 'second') });
    const ledgers = [mirror, second].map((one) => openLedger({ mirror: one, signer, clock }));

    await Promise.all(
      ledgers.flatMap((ledger, index) => [ledger.append(fact(`${index}-x`)), ledger.append(fact(`${index}-y`))]),
    );

    await mirror.fetch();
    expect(await verifyRepository(mirror, { publicKeys: [signer.publicKeyPem] })).toMatchObject({
      ok: true,
      records: 4,
    });
  });
});
