import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ledgerCommits, writeHistory } from '../../bench/evidence/history.ts';
import type { LedgerCommit } from '../../bench/evidence/history.ts';
import { commands } from '../../src/cli/index.ts';
import { runProgram } from '../../src/cli/program.ts';
import { createTerminal } from '../../src/cli/terminal/terminal.ts';
import { silentLogger } from '../../src/core/index.ts';
import { createSigner, generateSigningKey } from '../../src/evidence/index.ts';
import { findProgram } from '../support/tools.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const LENGTH = 4;
const signer = createSigner(generateSigningKey());
const stranger = createSigner(generateSigningKey());
const whole = [...ledgerCommits(LENGTH, signer)];
const head = hashIn(whole.at(-1));
const openssl = findProgram('openssl');

interface Outcome {
  readonly code: number;
  /** Of the first bad record. */
  readonly sequence: number | undefined;
}

interface Case {
  readonly name: string;
  readonly commits: readonly LedgerCommit[];
  readonly head?: string;
  /** The first bad record; absent where the ledger is intact. */
  readonly bad?: number;
}

const recordFile = (n: number): string => `records/00/00/00/${String(n).padStart(8, '0')}.json`;
const textOf = (n: number): string => whole[n - 1]?.files.get(recordFile(n)) ?? '';
/** A further commit that says it records something. */
const then = (files: Readonly<Record<string, string | null>>): LedgerCommit => ({
  ...{ files: new Map(Object.entries(files)), message: `Record x\n\nRecord-Hash: ${head}`, at: 9000 },
});
const change = (text: string, at: number): string =>
  text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
/** As if the commit `n` had been made otherwise from the start. */
const instead = (n: number, files: Readonly<Record<string, string>>): readonly LedgerCommit[] =>
  whole.map((one, index) => (index === n - 1 ? { ...one, files: new Map(Object.entries(files)) } : one));

const CASES: readonly Case[] = [
  { name: 'an intact ledger', commits: whole },
  { name: 'an intact ledger and its head', commits: whole, head },
  { name: 'a changed payload', commits: instead(2, { [recordFile(2)]: change(textOf(2), 120) }), bad: 2 },
  {
    name: 'a changed signature',
    commits: instead(4, { [recordFile(4)]: change(textOf(4), textOf(4).length - 20) }),
    bad: 4,
  },
  { name: 'a space at the end of the last record', commits: instead(4, { [recordFile(4)]: `${textOf(4)} ` }), bad: 4 },
  { name: 'a deleted record', commits: [...whole, then({ [recordFile(3)]: null })], bad: 3 },
  { name: 'a deleted end', commits: [...whole, then({ [recordFile(4)]: null })], bad: 4 },
  {
    name: 'two records exchanged',
    commits: [...whole, then({ [recordFile(2)]: textOf(3), [recordFile(3)]: textOf(2) })],
    bad: 2,
  },
  { name: 'a record repeated', commits: [...whole, then({ [recordFile(5)]: textOf(4) })], bad: 5 },
  {
    name: 'a record of another key',
    commits: [...whole.slice(0, 2), ...[...ledgerCommits(4, stranger)].slice(2)],
    bad: 3,
  },
  { name: 'a ledger of another key', commits: [...ledgerCommits(4, stranger)], bad: 1 },
  { name: 'an end cut off with its history', commits: whole.slice(0, 3), head, bad: 4 },
  { name: 'a file that belongs to nothing', commits: [...whole, then({ 'notes.txt': 'x' })], bad: 0 },
  { name: 'a record beside its place', commits: [...whole, then({ 'records/00000002.json': textOf(2) })], bad: 0 },
  {
    name: 'a key under the name of another',
    commits: [...whole, then({ [`keys/${signer.keyId}.pem`]: stranger.publicKeyPem })],
    bad: 0,
  },
  { name: 'a commit too many', commits: [...whole, then({ [recordFile(4)]: textOf(4) })], bad: 5 },
  {
    name: 'a squashed history',
    commits: [{ ...then({}), files: new Map(whole.flatMap(({ files }) => [...files])) }],
    bad: 1,
  },
];

describe('three verifiers', () => {
  let scratch: string;
  let key: string;
  let recipe: string;
  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'stoa-verifiers-'));
    key = join(scratch, 'key.pem');
    recipe = join(scratch, 'verify-by-hand.sh');
    await writeFile(key, signer.publicKeyPem);
    const page = await readFile(join(ROOT, 'docs/spec/evidence/verify-by-hand.md'), 'utf8');
    await writeFile(recipe, /```sh\n([\s\S]*?)```/.exec(page)?.[1] ?? '');
  });
  afterAll(() => rm(scratch, { recursive: true, force: true }));

  async function byCommand(repository: string, expectedHead?: string): Promise<Outcome> {
    const printed: string[] = [];
    const stream = { write: (text: string) => printed.push(text), isTTY: false, columns: 80 };
    const streams = stream as unknown as NodeJS.WriteStream;
    const more = expectedHead === undefined ? [] : ['--head', expectedHead];
    const argv = ['evidence', 'verify', '--repository', pathToFileURL(repository).href, '--key', key, ...more];
    const code = await runProgram(commands, [...argv, '--output', 'json'], {
      ...{ terminal: createTerminal({ stdout: streams, stderr: streams, env: {} }), env: {}, cwd: scratch },
      ...{ logger: silentLogger, signal: new AbortController().signal },
    });
    const { sequence } = JSON.parse(printed.join('')) as { readonly sequence?: number };
    return { code, sequence };
  }

  const byFile = (repository: string, expectedHead?: string): Promise<Outcome> =>
    run(process.execPath, [
      ...[join(ROOT, 'evidence/verify-standalone.ts'), '--key', key],
      ...(expectedHead === undefined ? [] : ['--head', expectedHead]),
      repository,
    ]);

  const byHand = (repository: string, expectedHead?: string): Promise<Outcome> =>
    run('sh', [recipe, repository, key, ...(expectedHead === undefined ? [] : [expectedHead])]);

  it.each(CASES)('come to the same verdict of $name', async ({ name, commits, head: expectedHead, bad }) => {
    const repository = await writeHistory(join(scratch, name.replaceAll(' ', '-')), commits);
    const expected = { code: bad === undefined ? 0 : 1, sequence: bad };

    const verifiers = [byCommand, byFile, ...(openssl === undefined ? [] : [byHand])];
    const outcomes = await Promise.all(verifiers.map((verify) => verify(repository, expectedHead)));
    expect(outcomes).toEqual(verifiers.map(() => expected));
  });

  it.skipIf(openssl !== undefined)('openssl is not installed: the recipe was not tried', () => undefined);
});

async function run(program: string, args: readonly string[]): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  execFile(program, [...args], (error, stdout, stderr) => {
    const sequence = /Record (\d+) is bad/.exec(stdout + stderr)?.[1];
    const code = error === null ? 0 : Number(error.code);
    resolve({ code, sequence: sequence === undefined ? undefined : Number(sequence) });
  });
  return promise;
}

function hashIn(commit: LedgerCommit | undefined): string {
  return /Record-Hash: (\w+)/.exec(commit?.message ?? '')?.[1] ?? '';
}
