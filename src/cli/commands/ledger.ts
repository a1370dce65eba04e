import { join, resolve } from 'node:path';
import { UsageError } from '../../core/index.ts';
import type { Mirror } from '../../git/index.ts';
import type { CommandContext, Input, OptionSpec } from '../command.ts';
import { readOptional } from '../wire/data-directory.ts';
import { ENVIRONMENTS_PROJECT } from '../wire/delivery.ts';
import { readInstance } from '../wire/instance-file.ts';
import { withMirror } from '../wire/temporary-mirror.ts';

export const REPOSITORY: OptionSpec = {
  name: 'repository',
  value: 'URL',
  description: 'repository that holds the ledger; that of the standalone instance by default',
};

export const KEY: OptionSpec = {
  name: 'key',
  value: 'FILE',
  description: 'public key to trust, PEM; that of the standalone instance by default',
};

/** Runs `work` on a fresh clone of the repository that holds the ledger. */
export async function withLedger<T>(
  { options }: Input,
  { cwd, signal }: CommandContext,
  work: (mirror: Mirror) => Promise<T>,
): Promise<T> {
  const url =
    options['repository'] ??
    `${(await readInstance(resolve(cwd, options['data'] ?? '.stoa-cd'))).forge}/${ENVIRONMENTS_PROJECT}.git`;
  return withMirror({ url }, async (mirror) => {
    await mirror.fetch(signal);
    return work(mirror);
  });
}

/** The key that the caller trusts. @throws UsageError when it is nowhere to be found */
export async function trustedKey({ options }: Input, { cwd }: CommandContext): Promise<string> {
  const file =
    options['key'] === undefined
      ? join(resolve(cwd, options['data'] ?? '.stoa-cd'), 'evidence.pub.pem')
      : resolve(cwd, options['key']);
  return (
    (await readOptional(file)) ??
    Promise.reject(new UsageError(`Cannot find the public key ${file}: name it with --key`))
  );
}
