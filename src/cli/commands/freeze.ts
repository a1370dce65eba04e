import { z } from 'zod';
import type { JsonValue } from '../../core/index.ts';
import type { ArgumentSpec, Command, Input } from '../command.ts';
import { render } from '../terminal/terminal.ts';
import { actAs } from './acting.ts';
import { DATA, REASON, USER, reasonOf } from './options.ts';

const ENVIRONMENT: ArgumentSpec = { name: 'environment', description: 'environment that may not change' };
const SERVICE: ArgumentSpec = { name: 'service', description: 'only this service', required: false };

export const freeze: Command = {
  name: 'freeze',
  summary: 'let nothing into an environment but what brings it back',
  description: 'Drift is healed and rollbacks go through; everything else waits, and says what for.',
  args: [ENVIRONMENT, SERVICE],
  options: [
    REASON,
    { name: 'for', value: 'DURATION', description: 'how long, for instance 12h; until stoa-cd unfreeze by default' },
    USER,
    DATA,
  ],
  examples: ['stoa-cd freeze prod --reason "month end" --for 48h --user carol'],
  async run(input, context) {
    const reason = reasonOf(input);
    const api = await actAs(input, context);
    const lasts = input.options['for'];
    const body = { ...about(input), reason, ...(lasts === undefined ? {} : { lasts }) };
    const answer = await api.post('/api/v1/freeze', body);
    const { until } = z.object({ until: z.string().optional() }).parse(answer);
    const text = (): string => `Frozen: ${nameOf(input)}${until === undefined ? '' : ` until ${until}`}`;
    context.terminal.out(render(answer as JsonValue, context.output, text));
    return 0;
  },
};

export const unfreeze: Command = {
  name: 'unfreeze',
  summary: 'end a freeze',
  args: [ENVIRONMENT, SERVICE],
  options: [USER, DATA],
  examples: ['stoa-cd unfreeze prod --user carol'],
  async run(input, context) {
    const api = await actAs(input, context);
    const answer = await api.post('/api/v1/unfreeze', about(input));
    context.terminal.out(render(answer as JsonValue, context.output, () => `May change again: ${nameOf(input)}`));
    return 0;
  },
};

function about({ args }: Input): { readonly environment: string; readonly service?: string } {
  const { environment = '', service } = args;
  return { environment, ...(service === undefined ? {} : { service }) };
}

function nameOf({ args }: Input): string {
  const { environment = '', service } = args;
  return service === undefined ? environment : `${service} in ${environment}`;
}
