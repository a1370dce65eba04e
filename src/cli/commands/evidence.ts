import { readRecords, verifyRepository } from '../../evidence/index.ts';
import { UsageError } from '../../core/index.ts';
import type { Command } from '../command.ts';
import { render } from '../terminal/terminal.ts';
import { KEY, REPOSITORY, trustedKey, withLedger } from './ledger.ts';
import { withMirror } from '../wire/temporary-mirror.ts';
import { DATA } from './options.ts';

export const evidenceVerify: Command = {
  name: 'evidence verify',
  summary: 'check every signature and link of the ledger',
  description:
    'Exits 0 only for an intact ledger; otherwise names the first bad record. Keep the head it prints: given to --head later, it finds a ledger that was cut off; --copy takes the head of a copy that somebody else keeps.',
  options: [
    REPOSITORY,
    KEY,
    { name: 'head', value: 'HASH', description: 'hash of a record that must be in the ledger' },
    {
      name: 'copy',
      value: 'URL',
      description: 'a copy that somebody else keeps; its last record must be in the ledger',
    },
    DATA,
  ],
  examples: [
    'stoa-cd evidence verify',
    'stoa-cd evidence verify --repository https://git.example.com/stoa/stoa-envs.git --key evidence.pub.pem',
  ],
  async run(input, context) {
    const publicKeys = [await trustedKey(input, context)];
    const { copy } = input.options;
    const head = input.options['head'] ?? (copy === undefined ? undefined : await lastOf(copy));
    const verdict = await withLedger(input, context, (mirror) =>
      verifyRepository(mirror, {
        publicKeys,
        signal: context.signal,
        ...(head === undefined ? {} : { expectedHead: head }),
      }),
    );
    const text = (): string =>
      verdict.ok
        ? [
            `The ledger is intact: ${verdict.records} records, head ${verdict.head}`,
            ...verdict.warnings.map((warning) => `Warning: ${warning}`),
          ].join('\n')
        : `Record ${verdict.sequence} is bad: ${verdict.reason}`;
    context.terminal.out(render({ ...verdict }, context.output, text));
    return verdict.ok ? 0 : 1;
  },
};

/** Hash of the last record of a copy. @throws UsageError where it holds none */
async function lastOf(url: string): Promise<string> {
  const last = await withMirror({ url }, async (mirror) => {
    await mirror.fetch();
    return (await readRecords(mirror)).at(-1);
  });
  if (last === undefined) throw new UsageError(`Cannot compare with ${url}: it holds no ledger`);
  return last.hash;
}
