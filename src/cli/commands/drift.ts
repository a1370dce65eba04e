import { z } from 'zod';
import type { JsonValue } from '../../core/index.ts';
import { DRIFT_EVENT, parseDriftEvent } from '../../drift/index.ts';
import type { DriftRecord } from '../../drift/index.ts';
import { isApiError } from '../../kube/index.ts';
import type { KubeClient, KubeObject } from '../../kube/index.ts';
import type { Command } from '../command.ts';
import { formatTable, render } from '../terminal/terminal.ts';
import { connectTo } from '../wire/connect.ts';
import { instanceOf } from './acting.ts';
import { DATA } from './options.ts';

/** How many drifts are shown that were put right. */
const RECENT = 20;

const exceptionSchema = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    owner: z.string(),
    reason: z.string(),
    expires: z.string(),
    object: z.object({ kind: z.string().default('*'), namespace: z.string().optional(), name: z.string() }),
    fields: z.array(z.string()).default([]),
  }),
});

interface Exception {
  readonly name: string;
  readonly object: string;
  readonly fields: readonly string[];
  readonly owner: string;
  readonly reason: string;
  readonly expires: string;
}

export const drift: Command = {
  name: 'drift',
  summary: 'list what was changed past Git, by whom, and whether it was put right; and the exceptions',
  description:
    'What is open comes first, then the latest that were put right. Who changed something is the field manager, and the ' +
    'account where the cluster has an audit log. The rules are in docs/spec/drift.md.',
  options: [DATA],
  examples: ['stoa-cd drift', 'stoa-cd drift --output json'],
  async run(input, context) {
    const instance = await instanceOf(input, context);
    await using hub = await connectTo(instance, { cluster: 'hub', fieldManager: 'stoa-cd-cli' });
    const list = async (kind: string): Promise<readonly KubeObject[]> => listed(hub.client, kind, context.signal);
    const records = (await list(DRIFT_EVENT.kind)).flatMap((object) => parseDriftEvent(object) ?? []);
    const newest = [...records].sort((a, b) => b.foundAt.localeCompare(a.foundAt));
    const value = {
      open: newest.filter(({ phase }) => phase !== 'Healed'),
      recent: newest.filter(({ phase }) => phase === 'Healed').slice(0, RECENT),
      exceptions: (await list('DriftException')).flatMap(exceptionOf),
    };
    const text = (): string =>
      [
        value.open.length === 0 ? 'Nothing drifts.' : table(value.open),
        ...(value.recent.length === 0 ? [] : ['', 'Put right:', table(value.recent)]),
        ...(value.exceptions.length === 0 ? [] : ['', exceptionTable(value.exceptions)]),
      ].join('\n');
    context.terminal.out(render(JSON.parse(JSON.stringify(value)) as JsonValue, context.output, text));
    return 0;
  },
};

async function listed(client: KubeClient, kind: string, signal: AbortSignal): Promise<readonly KubeObject[]> {
  try {
    return (await client.list({ ...DRIFT_EVENT, kind }, { namespace: 'argocd', signal })).items;
  } catch (error) {
    // A hub of before these kinds.
    if (isApiError(error, 'NotFound')) return [];
    throw error;
  }
}

function exceptionOf(object: KubeObject): readonly Exception[] {
  const { data } = exceptionSchema.safeParse(object);
  if (data === undefined) return [];
  const { object: about, fields, owner, reason, expires } = data.spec;
  return [{ name: data.metadata.name, object: objectName(about), fields, owner, reason, expires }];
}

function objectName({
  kind,
  namespace = '',
  name,
}: {
  kind: string;
  namespace?: string | undefined;
  name: string;
}): string {
  return `${kind} ${namespace === '' ? name : `${namespace}/${name}`}`;
}

function table(records: readonly DriftRecord[]): string {
  return formatTable([
    ['CLUSTER', 'OBJECT', 'FIELDS', 'ACTOR', 'SINCE', 'HEALED', 'BY'],
    ...records.map((record) => [
      record.cluster,
      objectName(record.object),
      fieldsOf(record),
      actorOf(record),
      record.since.slice(0, 19),
      healedOf(record),
      record.healedBy ?? '',
    ]),
  ]);
}

function fieldsOf({ kind, changes }: DriftRecord): string {
  if (kind === 'Deleted') return '(deleted)';
  return kind === 'AddedObject' ? '(added)' : changes.map(({ field }) => field).join(' ');
}

function actorOf({ actor, user }: DriftRecord): string {
  const parts = [user ?? '', actor === '' ? '' : `(${actor})`].filter((part) => part !== '');
  return parts.length === 0 ? 'unknown' : parts.join(' ');
}

function healedOf({ phase, since, healedAt, repeats }: DriftRecord): string {
  if (phase === 'Looping') return 'comes back';
  if (healedAt === undefined) return 'no';
  const seconds = (Date.parse(healedAt) - Date.parse(since)) / 1000;
  return `after ${seconds.toFixed(1)} s${repeats === undefined ? '' : `, ${repeats} times`}`;
}

function exceptionTable(exceptions: readonly Exception[]): string {
  return formatTable([
    ['EXCEPTION', 'OBJECT', 'FIELDS', 'OWNER', 'EXPIRES', 'REASON'],
    ...exceptions.map(({ name, object, fields, owner, expires, reason }) => [
      ...[name, object, fields.length === 0 ? '(all)' : fields.join(' '), owner, expires.slice(0, 19), reason],
    ]),
  ]);
}
