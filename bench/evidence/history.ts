import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { GENESIS, LEDGER_REF, sealRecord } from '../../src/evidence/index.ts';
import type { Fact, Signer } from '../../src/evidence/index.ts';
import { gitEnvironment, runGit } from '../../src/git/index.ts';

const WRITER = 'stoa-cd <stoa-cd@stoa.invalid>';

/** A fact of the size of a deployment's. */
export function factOf(sequence: number): Fact {
  const sha = createHash('sha256').update(String(sequence)).digest('hex');
  const time = new Date(sequence * 1000).toISOString();
  return {
    id: `deployment/${sha.slice(0, 36)}`,
    predicateType: 'https://stoa.dev/evidence/deployment/v1',
    subject: [{ name: 'registry.example.com/stoa/stoa-gateway', digest: { sha256: sha } }],
    predicate: {
      ...{ service: 'stoa-gateway', release: `r-${sequence}`, environment: 'prod', last: true, cluster: 'prod' },
      ...{ application: 'stoa-gateway-prod', result: 'Deployed', commit: sha.slice(0, 40), author: 'alice' },
      images: [{ name: 'stoa-gateway', repository: 'stoa/stoa-gateway', tag: `${sequence}`, digest: `sha256:${sha}` }],
      ...{ requestedBy: 'alice', approvers: ['bob'], mergedBy: 'stoa-cd', deployedBy: 'carol' },
      ...{ mergeRequest: `https://git.example.com/stoa/stoa-envs/-/merge_requests/${sequence}` },
      ...{ committedAt: time, openedAt: time, mergedAt: time, deployedAt: time, finishedAt: time },
      gates: ['approval', 'policy', 'smoke'].map((name) => ({ name, state: 'passed', reason: 'ok', at: time })),
    },
  };
}

/** A commit of a ledger's branch; `null` deletes a file. */
export interface LedgerCommit {
  readonly files: ReadonlyMap<string, string | null>;
  readonly message: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** What a writer commits for `length` facts, one a second. */
export function* ledgerCommits(length: number, signer: Signer): Generator<LedgerCommit> {
  let previous = GENESIS;
  for (let sequence = 1; sequence <= length; sequence++) {
    const at = sequence * 1000;
    const { files, message, hash } = sealRecord(factOf(sequence), { sequence, previous, at }, signer);
    yield { files, message, at };
    previous = hash;
  }
}

/** Writes a ledger's whole history into a new bare repository by one `git fast-import`. @returns the repository */
export async function writeHistory(repository: string, commits: Iterable<LedgerCommit>): Promise<string> {
  await runGit({ args: ['init', '--quiet', '--bare', '--template=', repository] });
  const child = spawn('git', [`--git-dir=${repository}`, 'fast-import', '--quiet', '--done'], {
    env: gitEnvironment(),
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const ended = once(child, 'close') as Promise<[number | null]>;
  child.stdin.write('feature done\n');
  for (const commit of commits) if (!child.stdin.write(formatCommit(commit))) await once(child.stdin, 'drain');
  child.stdin.end('done\n');
  const [code] = await ended;
  if (code !== 0) throw new Error(`git fast-import ended with ${code ?? 'a signal'}`);
  return repository;
}

function formatCommit({ files, message, at }: LedgerCommit): string {
  const changes = [...files].map(([path, content]) =>
    content === null ? `D ${path}\n` : `M 100644 inline ${path}\n${data(content)}`,
  );
  const head = `commit ${LEDGER_REF}\ncommitter ${WRITER} ${Math.floor(at / 1000)} +0000\n${data(`${message}\n`)}`;
  return head + changes.join('');
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}
