import { isJsonObject } from '../../core/index.ts';
import type { JsonValue } from '../../core/index.ts';
import { LEDGER_REF, readRecords, verifyRepository } from '../../evidence/index.ts';
import type { LedgerRecord } from '../../evidence/index.ts';
import type { Command } from '../command.ts';
import { formatTable, render } from '../terminal/terminal.ts';
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

export const evidenceShow: Command = {
  name: 'evidence show',
  summary: 'print the records that name a commit, a digest, a service or an environment',
  args: [
    {
      name: 'text',
      description: 'commit, digest, release, service or environment; everything when left out',
      required: false,
    },
  ],
  options: [REPOSITORY, DATA],
  examples: ['stoa-cd evidence show prod', 'stoa-cd evidence show sha256:4f53… --output json'],
  async run(input, context) {
    const wanted = input.args['text'] ?? '';
    const records = await withLedger(input, context, async (mirror) => {
      if ((await mirror.resolve(LEDGER_REF)) === undefined) return [];
      return readRecords(mirror);
    });
    const found = records.filter((record) => mentions(record.predicate, wanted) || record.id === wanted);
    context.terminal.out(render(found.map(toJson), context.output, () => formatTable([HEAD, ...found.map(row)])));
    return 0;
  },
};

const HEAD = ['#', 'TIME', 'WHAT', 'SERVICE', 'ENVIRONMENT', 'RESULT', 'BY'];

function row({ sequence, at, predicateType, predicate }: LedgerRecord): readonly string[] {
  const field = (key: string): string => (typeof predicate[key] === 'string' ? predicate[key] : '');
  const what = predicateType.split('/').at(-2) ?? predicateType;
  return [
    String(sequence),
    new Date(at).toISOString(),
    what,
    field('service'),
    field('environment'),
    field('result'),
    field('deployedBy'),
  ];
}

function toJson({ id, sequence, previous, at, hash, predicateType, subject, predicate }: LedgerRecord): JsonValue {
  const subjects = subject.map(({ name, digest }) => ({ name, digest: { ...digest } }));
  return {
    sequence,
    id,
    time: new Date(at).toISOString(),
    predicateType,
    subject: subjects,
    predicate,
    previous,
    hash,
  };
}

function mentions(value: JsonValue, text: string): boolean {
  if (Array.isArray(value)) return value.some((item) => mentions(item, text));
  if (isJsonObject(value)) return Object.values(value).some((item) => mentions(item, text));
  return typeof value === 'string' && (text === '' || value === text || (text.length >= 7 && value.startsWith(text)));
}
