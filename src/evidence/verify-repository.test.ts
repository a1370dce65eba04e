import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CommitInfo, Repository } from '../git/index.ts';
import { createSigner, generateSigningKey } from './dsse.ts';
import { sealRecord } from './ledger.ts';
import { recordPath } from './layout.ts';
import { GENESIS } from './statement.ts';
import { verifyRepository } from './verify-repository.ts';

const signer = createSigner(generateSigningKey());
const stranger = createSigner(generateSigningKey());
const publicKeys = [signer.publicKeyPem];
const START = Date.UTC(2026, 2, 29);

interface StoredFile {
  path: string;
  mode: string;
  text: string;
}

/** A ledger in memory, to be spoilt. */
interface Stored {
  readonly files: StoredFile[];
  commits: CommitInfo[];
  readonly hashes: string[];
}

interface Making {
  /** From which record on another key signs. */
  readonly foreignFrom?: number;
  readonly atOf?: (sequence: number) => number;
  readonly idOf?: (sequence: number) => string;
}

function make(length: number, { foreignFrom = Infinity, atOf, idOf }: Making = {}): Stored {
  const stored: Stored = { files: [], commits: [], hashes: [] };
  let previous = GENESIS;
  for (let sequence = 1; sequence <= length; sequence++) {
    const fact = { id: idOf?.(sequence) ?? `f/${sequence}`, predicateType: 't', subject: [], predicate: { sequence } };
    const at = atOf?.(sequence) ?? START + sequence * 1000;
    const by = sequence < foreignFrom ? signer : stranger;
    const { files, message, hash } = sealRecord(fact, { sequence, previous, at }, by);
    for (const [path, text] of files)
      if (!stored.files.some((file) => file.path === path)) stored.files.push({ path, mode: '100644', text });
    stored.commits.push(commit(stored.commits, { message, at: START + sequence * 1000 }));
    stored.hashes.push(hash);
    previous = hash;
  }
  return stored;
}

function commit(
  before: readonly CommitInfo[],
  { message, at }: { readonly message: string; readonly at: number },
): CommitInfo {
  const person = { name: 'stoa-cd', email: 'stoa-cd@stoa.invalid', at };
  const sha = `c${before.length + 1}`;
  const parents = before.length === 0 ? [] : [`c${before.length}`];
  return { sha, tree: '', parents, author: person, committer: person, message: `${message}\n` };
}

function repositoryOf({ files, commits }: Stored): Repository {
  const last = commits.at(-1)?.sha;
  const linked = commits.map((one, index): CommitInfo => {
    const [, ...merged] = one.parents;
    return { ...one, parents: index === 0 ? merged : [commits[index - 1]?.sha ?? '', ...merged] };
  });
  const at = (sha: string): number => linked.findIndex((one) => one.sha === sha);
  const absent = (): never => {
    throw new Error('not asked for by a verifier');
  };
  return {
    resolve: async () => last,
    tree: async () => files.map(({ path, mode }, index) => ({ path, mode, oid: String(index) })),
    blob: async (oid) => Buffer.from(files[Number(oid)]?.text ?? ''),
    log: async ({ to, limit = 1000 }) => linked.slice(Math.max(0, at(to) + 1 - limit), at(to) + 1),
    ...{ commit: absent, file: absent, changes: absent, isAncestor: absent, refs: absent },
  };
}

const verify = (stored: Stored, expectedHead?: string): ReturnType<typeof verifyRepository> =>
  verifyRepository(repositoryOf(stored), { publicKeys, ...(expectedHead === undefined ? {} : { expectedHead }) });

/** The file of a record. */
function file({ files }: Stored, sequence: number): StoredFile {
  const found = files.find(({ path }) => path === recordPath(sequence));
  if (found === undefined) throw new Error(`There is no record ${sequence}`);
  return found;
}

function removeFile(stored: Stored, path: string): void {
  stored.files.splice(
    stored.files.findIndex((one) => one.path === path),
    1,
  );
}

function swap<T>(items: T[], index: number): void {
  const [a, b] = [items[index], items[index + 1]];
  if (a !== undefined && b !== undefined) items.splice(index, 2, b, a);
}

const LENGTH = 8;

/** Each changes a valid ledger of LENGTH records at record `n`, and says which record is then the first bad one. */
const MUTATIONS: Readonly<Record<string, (stored: Stored, n: number) => number>> = {
  'one character changed': (stored, n) => {
    const { text } = file(stored, n);
    const at = (n * 7919) % text.length;
    file(stored, n).text = text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
    return n;
  },
  'a space added': (stored, n) => {
    file(stored, n).text += ' ';
    return n;
  },
  'content of another record': (stored, n) => {
    file(stored, n).text = file(stored, (n % LENGTH) + 1).text;
    return n;
  },
  'record deleted': (stored, n) => {
    removeFile(stored, recordPath(n));
    return n;
  },
  'records in the other order': (stored, n) => {
    const first = Math.min(n, LENGTH - 1);
    const [a, b] = [file(stored, first), file(stored, first + 1)];
    [a.text, b.text] = [b.text, a.text];
    return first;
  },
  'record repeated at the end': (stored, n) => {
    stored.files.push({ ...file(stored, n), path: recordPath(LENGTH + 1) });
    return LENGTH + 1;
  },
  'end cut off, the history left': (stored, n) => {
    for (let sequence = n; sequence <= LENGTH; sequence++) removeFile(stored, recordPath(sequence));
    return n;
  },
  'record beside its place': (stored, n) => {
    stored.files.push({ ...file(stored, n), path: `records/${String(n).padStart(8, '0')}.json` });
    return 0;
  },
  'file that is no record': (stored) => {
    stored.files.push({ path: 'README.md', mode: '100644', text: 'hello' });
    return 0;
  },
  'link in place of a record': (stored, n) => {
    file(stored, n).mode = '120000';
    return 0;
  },
  'another key under the name of the first': (stored) => {
    const key = stored.files.find(({ path }) => path.startsWith('keys/'));
    if (key !== undefined) key.text = stranger.publicKeyPem;
    return 0;
  },
  'commit taken out of the history': (stored, n) => {
    stored.commits.splice(n - 1, 1);
    return n;
  },
  'commits in the other order': (stored, n) => {
    const first = Math.min(n, LENGTH - 1);
    swap(stored.commits, first - 1);
    return first;
  },
  'commit that records nothing': (stored, n) => {
    stored.commits.splice(n - 1, 0, { ...commit([], { message: 'tidy up', at: START }), sha: 'extra' });
    return n;
  },
  'history squashed': (stored) => {
    stored.commits.splice(0, LENGTH - 1);
    return 1;
  },
  'merge in the history': (stored, n) => {
    const at = Math.max(n, 2); // The first commit has nothing to merge.
    stored.commits = stored.commits.map((one, index) => (index === at - 1 ? { ...one, parents: ['a', 'b'] } : one));
    return at;
  },
};

describe(verifyRepository, () => {
  it('accepts what a writer makes, and nothing at all', async () => {
    const stored = make(LENGTH);

    expect(await verify(stored)).toEqual({ ok: true, records: LENGTH, head: stored.hashes.at(-1), warnings: [] });
    expect(await verify(make(0))).toMatchObject({ ok: true, records: 0 });
  });

  it('finds any single mutation of a valid ledger, and names the record', async () => {
    const mutation = fc.record({
      kind: fc.constantFrom(...Object.keys(MUTATIONS)),
      n: fc.integer({ min: 1, max: LENGTH }),
    });
    await fc.assert(
      fc.asyncProperty(mutation, async ({ kind, n }) => {
        const stored = make(LENGTH);
        const sequence = MUTATIONS[kind]?.(stored, n);
        expect(await verify(stored)).toMatchObject({ ok: false, sequence });
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    { reason: 'a foreign key signs from there on', making: { foreignFrom: 3 }, sequence: 3 },
    {
      reason: 'times run backwards',
      making: { atOf: (n: number) => (n === 5 ? START : START + n * 1000) },
      sequence: 5,
    },
    { reason: 'a fact is recorded twice', making: { idOf: (n: number) => (n === 7 ? 'f/2' : `f/${n}`) }, sequence: 7 },
  ])('names the record when $reason', async ({ making, sequence }) => {
    expect(await verify(make(LENGTH, making))).toMatchObject({ ok: false, sequence });
  });

  it('finds with a kept head that files and history were cut off together', async () => {
    const whole = make(LENGTH);

    expect(await verify(make(5), whole.hashes.at(-1))).toMatchObject({ ok: false, sequence: 6 });
    expect(await verify(whole, whole.hashes[2])).toMatchObject({ ok: true });
  });

  it('flags clocks that were wrong: a record far from the time of its commit', async () => {
    const early = make(3, { atOf: (n) => START - 3_600_000 + n });
    const verdict = await verify(early);

    expect(verdict).toMatchObject({ ok: true, records: 3 });
    expect(verdict.ok && verdict.warnings).toHaveLength(3);
  });
});
