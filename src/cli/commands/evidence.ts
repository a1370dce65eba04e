import { verifyRepository } from '../../evidence/index.ts';
import type { Command } from '../command.ts';
import { render } from '../terminal/terminal.ts';
import { KEY, REPOSITORY, trustedKey, withLedger } from './ledger.ts';
import { DATA } from './options.ts';

export const evidenceVerify: Command = {
  name: 'evidence verify',
  summary: 'check every signature and link of the ledger',
  description:
    'Exits 0 only for an intact ledger; otherwise names the first bad record. Keep the head it prints: given to --head later, it finds a ledger that was cut off.',
  options: [
    REPOSITORY,
    KEY,
    { name: 'head', value: 'HASH', description: 'hash of a record that must be in the ledger' },
    DATA,
  ],
  examples: [
    'stoa-cd evidence verify',
    'stoa-cd evidence verify --repository https://git.example.com/stoa/stoa-envs.git --key evidence.pub.pem',
  ],
  async run(input, context) {
    const publicKeys = [await trustedKey(input, context)];
    const { head } = input.options;
    const verdict = await withLedger(input, context, (mirror) =>
      verifyRepository(mirror, { publicKeys, ...(head === undefined ? {} : { expectedHead: head }) }),
    );
    const text = (): string =>
      verdict.ok
        ? `The ledger is intact: ${verdict.records} records, head ${verdict.head}`
        : `Record ${verdict.sequence} is bad: ${verdict.reason}`;
    context.terminal.out(render({ ...verdict }, context.output, text));
    return verdict.ok ? 0 : 1;
  },
};
