import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { systemClock } from '../../src/core/index.ts';
import {
  createSigner,
  generateSigningKey,
  openLedger,
  readRecords,
  verifyRepository,
} from '../../src/evidence/index.ts';
import type { Ledger, Signer, Verdict } from '../../src/evidence/index.ts';
import { openMirror, openRepository } from '../../src/git/index.ts';
import type { Measured, Benchmark, Row } from '../lib/report.ts';
import { growthExponent, median, quantile } from '../lib/statistics.ts';
import { factOf, ledgerCommits, writeHistory } from './history.ts';

const APPENDS_AT = [1000, 10_000];
const APPENDS = 30;
const RECORDS = 100_000;
const VERIFIES = 3;

/** The ledger at the size of years: appending, and verifying all of it. */
export const evidence: Benchmark = {
  summary: 'append to a ledger of 1,000 and of 10,000 records, verify one of 100,000',
  async run(tell) {
    const scratch = await mkdtemp(join(tmpdir(), 'stoa-bench-evidence-'));
    try {
      return await measure(scratch, tell);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  },
};

type Tell = (what: string) => void;

async function measure(scratch: string, tell: Tell): Promise<Measured> {
  const signer = createSigner(generateSigningKey());
  const versions = { 'stoa-cd': '0.1.0', node: process.version, git: await gitVersion() };
  tell('equality');
  if (!(await isSameAsAppended(scratch, signer))) {
    const what = 'the generated history is not what appending the same facts makes';
    return { equality: { ok: false, what }, versions, rows: [] };
  }
  const costs: (readonly [number, readonly number[]])[] = [];
  for (const length of APPENDS_AT) {
    tell(`append at ${length}`);
    costs.push([length, await appendTimes(join(scratch, `append-${length}`), { length, signer })]);
  }
  const { verdict, seconds } = await verifyTimes(join(scratch, 'large'), { signer, tell });
  const ok = verdict.ok && verdict.records === RECORDS;
  const what = 'a generated history is byte for byte what appending makes, and every record of the large one verifies';
  return { equality: { ok, what }, versions, rows: [...appendRows(costs), verifyRow(seconds)] };
}

async function gitVersion(): Promise<string> {
  const { stdout } = await promisify(execFile)('git', ['--version']);
  return stdout.trim().replace('git version ', '');
}

/** The generator must write what the program writes, or its figures are of something else. */
async function isSameAsAppended(scratch: string, signer: Signer): Promise<boolean> {
  const LENGTH = 5;
  const generated = await writeHistory(join(scratch, 'generated.git'), ledgerCommits(LENGTH, signer));
  const appended = await writeHistory(join(scratch, 'appended.git'), []);
  let now = 0;
  await using mirror = await openMirror({
    url: pathToFileURL(appended).href,
    directory: join(scratch, 'appended-mirror'),
  });
  const ledger = openLedger({ mirror, signer, clock: { ...systemClock, now: () => now } });
  for (let sequence = 1; sequence <= LENGTH; sequence++) {
    now = sequence * 1000;
    await ledger.append(factOf(sequence));
  }
  await using repository = openRepository(generated);
  const [ours, theirs] = [await readRecords(repository), await ledger.records()];
  return theirs.length === LENGTH && JSON.stringify(ours) === JSON.stringify(theirs);
}

async function appendTimes(
  directory: string,
  { length, signer }: { readonly length: number; readonly signer: Signer },
): Promise<readonly number[]> {
  const remote = await writeHistory(`${directory}.git`, ledgerCommits(length, signer));
  await using mirror = await openMirror({ url: pathToFileURL(remote).href, directory: `${directory}-mirror` });
  const ledger = openLedger({ mirror, signer, clock: systemClock });
  await append(ledger, length + 1); // Reads what is there.
  const times: number[] = [];
  for (let n = 2; n <= APPENDS + 1; n++) {
    const started = performance.now();
    await append(ledger, length + n);
    times.push(performance.now() - started);
  }
  return times;
}

async function append(ledger: Ledger, sequence: number): Promise<void> {
  const { sequence: at } = await ledger.append(factOf(sequence));
  if (at !== sequence) throw new Error(`Record ${sequence} became record ${at}`);
}

async function verifyTimes(
  directory: string,
  { signer, tell }: { readonly signer: Signer; readonly tell: Tell },
): Promise<{ readonly verdict: Verdict; readonly seconds: readonly number[] }> {
  tell(`writing ${RECORDS} records`);
  const remote = await writeHistory(`${directory}.git`, ledgerCommits(RECORDS, signer));
  const seconds: number[] = [];
  let verdict: Verdict = { ok: false, sequence: 0, reason: 'not verified' };
  for (let run = 1; run <= VERIFIES; run++) {
    tell(`verify ${run} of ${VERIFIES}`);
    await using repository = openRepository(remote);
    const started = performance.now();
    verdict = await verifyRepository(repository, { publicKeys: [signer.publicKeyPem] });
    seconds.push((performance.now() - started) / 1000);
  }
  return { verdict, seconds };
}

function appendRows(costs: readonly (readonly [number, readonly number[]])[]): readonly Row[] {
  const rows = costs.map(([length, times]) => ({
    figure: `append at ${length} records`,
    value: `p50 ${median(times).toFixed(0)} ms, p95 ${quantile(times, 0.95).toFixed(0)} ms`,
    how: `${times.length} appends, each a push to a repository on disk`,
  }));
  const exponent = growthExponent(costs.map(([length, times]) => [length, median(times)]));
  return [
    ...rows,
    {
      figure: 'append, growth exponent',
      value: exponent.toFixed(2),
      goal: '≤ 0.2',
      how: `of the medians at ${APPENDS_AT.join(' and ')} records; 0 is constant`,
    },
  ];
}

function verifyRow(seconds: readonly number[]): Row {
  return {
    figure: `verify ${RECORDS} records`,
    value: `${median(seconds).toFixed(1)} s`,
    goal: '≤ 10 s',
    how: `median of ${seconds.length}, from ${Math.min(...seconds).toFixed(1)} to ${Math.max(...seconds).toFixed(1)} s; every signature, link and commit`,
  };
}
