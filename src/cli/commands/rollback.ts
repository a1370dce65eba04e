import type { JsonValue } from '../../core/index.ts';
import type { Command } from '../command.ts';
import { render } from '../terminal/terminal.ts';
import { actAs } from './acting.ts';
import { DATA, USER } from './options.ts';

export const rollback: Command = {
  name: 'rollback',
  summary: 'go back to the release that ran before, through Git',
  args: [
    { name: 'service', description: 'service to roll back' },
    { name: 'environment', description: 'environment to roll back' },
  ],
  options: [USER, DATA],
  examples: ['stoa-cd rollback stoa-gateway staging --user carol'],
  async run(input, context) {
    const api = await actAs(input, context);
    const { service, environment } = input.args;
    const answer = await api.post('/api/v1/rollback', { service, environment });
    const text = (): string => `Rolling ${service ?? ''} back in ${environment ?? ''}`;
    context.terminal.out(render(answer as JsonValue, context.output, text));
    return 0;
  },
};
