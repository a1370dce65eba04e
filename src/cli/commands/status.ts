import { getPath } from '../../kube/index.ts';
import type { KubeObject } from '../../kube/index.ts';
import type { Promotion } from '../../promotion/index.ts';
import type { Command } from '../command.ts';
import { formatTable, render } from '../terminal/terminal.ts';
import { connectTo } from '../wire/connect.ts';
import { instanceOf } from './acting.ts';
import { DATA } from './options.ts';

export const status: Command = {
  name: 'status',
  summary: 'print what runs where, and which promotions are open',
  options: [DATA],
  async run(input, context) {
    const instance = await instanceOf(input, context);
    await using hub = await connectTo(instance, { cluster: 'hub', fieldManager: 'stoa-cd-cli' });
    const list = async (group: string, kind: string): Promise<readonly KubeObject[]> =>
      (await hub.client.list({ group, version: 'v1alpha1', kind }, { namespace: 'argocd', signal: context.signal }))
        .items;
    const applications = await list('argoproj.io', 'Application');
    const promotions = (await list('delivery.stoa.dev', 'Promotion')) as unknown as readonly Promotion[];
    const open = promotions.filter(({ status: at }) => !ENDED.has(at?.phase ?? 'Waiting'));
    const value = { applications: applications.map(application), promotions: open.map(promotion) };
    const text = (): string =>
      [
        formatTable([
          ['APPLICATION', 'SYNC', 'HEALTH', 'REVISION'],
          ...value.applications.map((one) => Object.values(one)),
        ]),
        '',
        open.length === 0
          ? 'No promotion is open.'
          : formatTable([
              ['PROMOTION', 'ENVIRONMENT', 'PHASE', 'MESSAGE'],
              ...value.promotions.map((one) => Object.values(one)),
            ]),
      ].join('\n');
    context.terminal.out(render(value, context.output, text));
    return 0;
  },
};

const ENDED: ReadonlySet<string> = new Set(['Deployed', 'Refused', 'Superseded', 'Failed']);

function application(object: KubeObject): Record<'name' | 'sync' | 'health' | 'revision', string> {
  const text = (...path: readonly string[]): string => {
    const value = getPath(object, ...path);
    return typeof value === 'string' ? value : '';
  };
  return {
    name: object.metadata.name ?? '',
    sync: text('status', 'sync', 'status'),
    health: text('status', 'health', 'status'),
    revision: text('status', 'sync', 'revision').slice(0, 12),
  };
}

function promotion({
  metadata,
  spec,
  status: at,
}: Promotion): Record<'name' | 'environment' | 'phase' | 'message', string> {
  return {
    name: metadata.name ?? '',
    environment: spec.environment,
    phase: at?.phase ?? 'Waiting',
    message: at?.message ?? '',
  };
}
