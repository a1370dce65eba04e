import type { Repository } from '../git/index.ts';
import { trustKeys } from './dsse.ts';
import { LEDGER_REF } from './layout.ts';
import { layOut, readLedgerFiles } from './read-ledger.ts';
import { GENESIS } from './statement.ts';
import { bad, verifyChain } from './verify.ts';
import type { Verdict, VerifyOptions } from './verify.ts';

export interface VerifyRepositoryOptions extends Omit<VerifyOptions, 'trusted'> {
  /** PEM. */
  readonly publicKeys: readonly string[];
  /** @default 'refs/heads/evidence' */
  readonly ref?: string;
  readonly signal?: AbortSignal;
}

/** Checks the ledger of a repository against keys that the caller trusts. */
export async function verifyRepository(repository: Repository, options: VerifyRepositoryOptions): Promise<Verdict> {
  const { publicKeys, ref = LEDGER_REF, signal, ...rest } = options;
  const head = await repository.resolve(ref, signal);
  const { records, strays } = layOut(head === undefined ? [] : await repository.tree(head, '', signal));
  const [stray] = strays;
  if (stray !== undefined) return bad(0, `${JSON.stringify(stray)} does not belong to the ledger`);
  const chain = await verifyChain(readLedgerFiles(repository, records, signal), {
    ...rest,
    trusted: trustKeys(publicKeys),
  });
  if (!chain.ok) return chain;
  return { ok: true, records: chain.links.length, head: chain.links.at(-1)?.hash ?? GENESIS, warnings: [] };
}
