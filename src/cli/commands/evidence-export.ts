import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { RefusedError, UsageError } from '../../core/index.ts';
import { exportPack, readSealedLedger, verifyRepository } from '../../evidence/index.ts';
import type { PackInput } from '../../evidence/index.ts';
import type { Command, CommandContext, Input } from '../command.ts';
import { render } from '../terminal/terminal.ts';
import { KEY, REPOSITORY, trustedKey, withLedger } from './ledger.ts';
import { DATA } from './options.ts';

const VERIFIER = new URL('../../../evidence/verify-standalone.ts', import.meta.url);

export const evidenceExport: Command = {
  name: 'evidence export',
  summary: 'write the evidence of a period as files for an audit',
  description:
    'Signed records, tables of deployments, approvals, other events and research (CSV), a report (HTML), checksums, keys ' +
    'and a verifier. The same ledger and options give the same bytes. Refuses a ledger that is not intact.',
  args: [{ name: 'directory', description: 'where to write; must be new or empty' }],
  options: [
    { name: 'from', value: 'TIME', description: 'first day (2026-01-01) or time, UTC; the beginning when left out' },
    { name: 'to', value: 'TIME', description: 'day or time, UTC, that is no longer part; all when left out' },
    { name: 'project', value: 'SERVICE', description: 'service that the tables show; all when left out' },
    { name: 'people', value: 'FILE', description: 'JSON of account to name, kept outside of the ledger' },
    ...[REPOSITORY, KEY, DATA],
  ],
  examples: ['stoa-cd evidence export audit-2026 --from 2026-01-01 --to 2027-01-01 --project stoa-gateway'],
  async run(input, context) {
    const directory = resolve(context.cwd, input.args['directory'] ?? '');
    await refuseFull(directory);
    const files = exportPack(await gather(input, context));
    for (const [path, text] of files) {
      await mkdir(dirname(join(directory, path)), { recursive: true });
      await writeFile(join(directory, path), text);
    }
    const value = { directory, files: [...files.keys()] };
    context.terminal.out(render(value, context.output, () => `Wrote ${files.size} files to ${directory}`));
    return 0;
  },
};

async function refuseFull(directory: string): Promise<void> {
  const names = await readdir(directory).catch(() => []); // It is not there yet; what else is wrong, writing will tell.
  if (names.length > 0) throw new RefusedError(`Cannot export to ${directory}: it is not empty`);
}

async function gather(input: Input, context: CommandContext): Promise<PackInput> {
  const { from, to, project } = input.options;
  const period = {
    from: from === undefined ? 0 : timeOf(from, 'from'),
    to: to === undefined ? Date.UTC(9999, 0) : timeOf(to, 'to'),
  };
  const publicKeys = [await trustedKey(input, context)];
  const people = await readPeople(input, context);
  const verifier = await readFile(VERIFIER, 'utf8');
  return withLedger(input, context, async (mirror) => {
    const verdict = await verifyRepository(mirror, { publicKeys, signal: context.signal });
    if (!verdict.ok)
      throw new RefusedError(`Cannot export the ledger: record ${verdict.sequence} is bad: ${verdict.reason}`);
    const { ledger, keys } = await readSealedLedger(mirror, context.signal);
    return { ledger, keys, verdict, period, verifier, people, ...(project === undefined ? {} : { project }) };
  });
}

function timeOf(text: string, option: string): number {
  const sound = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?Z)?$/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(sound))
    throw new UsageError(`Cannot use --${option} ${text}: write 2026-01-01, or 2026-01-01T12:00:00Z`);
  return sound;
}

async function readPeople({ options }: Input, { cwd }: CommandContext): Promise<ReadonlyMap<string, string>> {
  const file = options['people'];
  if (file === undefined) return new Map();
  try {
    const text = await readFile(resolve(cwd, file), 'utf8');
    return new Map(Object.entries(z.record(z.string(), z.string()).parse(JSON.parse(text))));
  } catch (cause) {
    throw new UsageError(`Cannot read people from ${file}: give a JSON object of account to name`, { cause });
  }
}
