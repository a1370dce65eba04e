import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { VirtualClock } from '../core/index.ts';
import { openMirror } from '../git/index.ts';
import type { Mirror } from '../git/index.ts';
import { createSigner, generateSigningKey } from './dsse.ts';
import { LEDGER_REF, recordPath } from './layout.ts';
import { openLedger } from './ledger.ts';
import type { Fact } from './statement.ts';
import { verifyRepository } from './verify-repository.ts';

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

const git = (...args: string[]): Buffer => execFileSync('git', [`--git-dir=${join(scratch, 'remote.git')}`, ...args]);

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
      warnings: [],
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

  it('reads of another writer’s records those alone that it has not seen', async () => {
    await using second = await openMirror({ url: mirror.url, directory: join(scratch, 'second') });
    const [ours, theirs] = [mirror, second].map((one) => openLedger({ mirror: one, signer, clock }));
    await ours?.append(fact('a'));
    await ours?.append(fact('b'));
    await theirs?.append(fact('c'));
    clock.advance(1000);
    const read = vi.spyOn(mirror, 'blob');
    const whole = vi.spyOn(mirror, 'tree');

    expect(await ours?.append(fact('c'))).toMatchObject({ sequence: 3 });
    expect(await ours?.append(fact('d'))).toMatchObject({ sequence: 4 });

    expect([read.mock.calls.length, whole.mock.calls.length]).toEqual([1, 0]);
  });

  it('refuses to go on where the branch was rewritten', async () => {
    const ledger = openLedger({ mirror, signer, clock });
    const first = await ledger.append(fact('a'));
    await ledger.append(fact('b'));
    git('update-ref', LEDGER_REF, first.commit);

    await expect(ledger.append(fact('c'))).rejects.toMatchObject({ code: 'REWRITTEN' });
    git('update-ref', '-d', LEDGER_REF);
    await expect(ledger.append(fact('c'))).rejects.toMatchObject({ code: 'REWRITTEN' });
  });

  it.each([
    { reason: 'a record was changed', files: { [recordPath(1)]: '{}' } },
    { reason: 'a record was deleted', files: { [recordPath(2)]: null } },
    { reason: 'a record does not follow', files: { [recordPath(4)]: '{}' } },
  ])('refuses to go on where $reason', async ({ files }) => {
    const ledger = openLedger({ mirror, signer, clock });
    await ledger.append(fact('a'));
    const { commit } = await ledger.append(fact('b'));
    await using second = await openMirror({ url: mirror.url, directory: join(scratch, 'second') });
    await second.fetch();
    const author = { name: 'mallory', email: 'mallory@example.com' };
    const request = { ref: LEDGER_REF, parent: commit, files: new Map(Object.entries(files)), message: 'x', author };
    await second.push({ ...request, at: 0 });

    await expect(ledger.append(fact('c'))).rejects.toMatchObject({ code: 'INVALID_RECORD' });
  });

  it('does not take a ledger that is laid out otherwise for an empty one', async () => {
    const author = { name: 'old', email: 'old@example.com' };
    await mirror.push({
      ...{ ref: LEDGER_REF, files: new Map([['records/00/00000001.json', '{}']]), message: 'x', author, at: 0 },
    });

    await expect(openLedger({ mirror, signer, clock }).append(fact('a'))).rejects.toMatchObject({
      code: 'INVALID_RECORD',
    });
  });
});
