import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSigner, generateSigningKey, trustKeys } from './dsse.ts';
import { GENESIS, PAYLOAD_TYPE, formatEnvelope, hashOf, statementOf } from './statement.ts';
import { verifyLedger } from './verify.ts';
import type { LedgerFile } from './verify.ts';

const signer = createSigner(generateSigningKey());
const stranger = createSigner(generateSigningKey());
const trusted = trustKeys([signer.publicKeyPem]);

interface Options {
  readonly by?: typeof signer;
  readonly at?: (index: number) => number;
}

function ledger(length: number, { by = signer, at = (index) => 1_000 * index }: Options = {}): LedgerFile[] {
  const files: LedgerFile[] = [];
  let previous = GENESIS;
  for (let index = 1; index <= length; index++) {
    const fact = { id: `fact-${index}`, predicateType: 'https://example.com/x/v1', subject: [], predicate: { index } };
    const text = formatEnvelope(by.sign(PAYLOAD_TYPE, statementOf(fact, { sequence: index, previous, at: at(index) })));
    files.push({ sequence: index, text });
    previous = hashOf(text);
  }
  return files;
}

const renumber = (files: readonly LedgerFile[]): LedgerFile[] =>
  files.map(({ text }, index) => ({ sequence: index + 1, text }));

describe(verifyLedger, () => {
  it('accepts an intact ledger, and an empty one', async () => {
    const files = ledger(5);

    expect(await verifyLedger(files, { trusted })).toEqual({
      ok: true,
      records: 5,
      head: hashOf(files[4]?.text ?? ''),
      warnings: [],
    });
    expect(await verifyLedger([], { trusted })).toEqual({ ok: true, records: 0, head: GENESIS, warnings: [] });
  });

  it.each([
    {
      reason: 'a deleted record',
      tamper: (files: LedgerFile[]) => files.filter(({ sequence }) => sequence !== 3),
      bad: 3,
    },
    {
      reason: 'a deleted record, the rest renumbered',
      tamper: (files: LedgerFile[]) => renumber(files.filter(({ sequence }) => sequence !== 3)),
      bad: 3,
    },
    {
      reason: 'two records in the other order',
      tamper: ([a, b, c, ...rest]: LedgerFile[]) => renumber([a, c, b, ...rest].filter((file) => file !== undefined)),
      bad: 2,
    },
    { reason: 'a repeated record', tamper: (files: LedgerFile[]) => renumber([...files, ...files.slice(-1)]), bad: 6 },
    {
      reason: 'text that is no record',
      tamper: (files: LedgerFile[]) => files.map((file) => (file.sequence === 4 ? { ...file, text: '{}' } : file)),
      bad: 4,
    },
  ])('names the first bad record: $reason', async ({ tamper, bad }) => {
    expect(await verifyLedger(tamper(ledger(5)), { trusted })).toMatchObject({ ok: false, sequence: bad });
  });

  it('names a record by a foreign key', async () => {
    expect(await verifyLedger(ledger(2, { by: stranger }), { trusted })).toMatchObject({ ok: false, sequence: 1 });
  });

  it('names a record whose time goes backwards', async () => {
    expect(
      await verifyLedger(ledger(3, { at: (index) => (index === 3 ? 1 : 1_000 * index) }), { trusted }),
    ).toMatchObject({
      ok: false,
      sequence: 3,
    });
  });

  it('finds that the end was cut off, when somebody has kept the head', async () => {
    const files = ledger(5);
    const expectedHead = hashOf(files[4]?.text ?? '');

    expect(await verifyLedger(files.slice(0, 3), { trusted, expectedHead })).toMatchObject({ ok: false, sequence: 4 });
    expect(await verifyLedger(files, { trusted, expectedHead })).toMatchObject({ ok: true });
  });

  it('finds any change of any character', async () => {
    const files = ledger(4);
    const change = fc.record({
      record: fc.integer({ min: 0, max: 3 }),
      at: fc.nat(),
      letter: fc.constantFrom('A', 'b', '0', '"', '}', ' '),
    });
    await fc.assert(
      fc.asyncProperty(change, async ({ record, at, letter }) => {
        const text = files[record]?.text ?? '';
        const place = at % text.length;
        const changed = text.slice(0, place) + letter + text.slice(place + 1);
        if (changed === text) return;
        const tampered = files.map((file, index) => (index === record ? { ...file, text: changed } : file));
        const verdict = await verifyLedger(tampered, { trusted });
        expect(verdict.ok).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});
