import { z } from 'zod';
import type { JsonValue } from '../../core/index.ts';
import type { Command } from '../command.ts';
import { render } from '../terminal/terminal.ts';
import { actAs } from './acting.ts';
import { DATA, USER } from './options.ts';

const resultSchema = z.object({ name: z.string(), mergeRequest: z.object({ url: z.string() }) });

export const promote: Command = {
  name: 'promote',
  summary: 'open the merge request that takes a release to the next environment',
  description: 'The digest that runs in the environment before is copied; nothing is built again.',
  args: [
    { name: 'service', description: 'service to promote' },
    { name: 'environment', description: 'environment to promote to' },
  ],
  options: [USER, DATA],
  examples: ['stoa-cd promote stoa-gateway staging --user alice'],
  async run(input, context) {
    const api = await actAs(input, context);
    const { service, environment } = input.args;
    const answer = await api.post('/api/v1/promotions', { service, environment });
    const result = resultSchema.parse(answer);
    const text = (): string => `Opened ${result.name}: ${result.mergeRequest.url}`;
    context.terminal.out(render(answer as JsonValue, context.output, text));
    return 0;
  },
};
