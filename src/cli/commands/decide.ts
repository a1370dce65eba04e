import type { JsonValue } from '../../core/index.ts';
import type { Command } from '../command.ts';
import { render } from '../terminal/terminal.ts';
import { actAs } from './acting.ts';
import { DATA, USER } from './options.ts';

interface Decision {
  readonly verb: 'approve' | 'deploy';
  readonly summary: string;
  readonly description: string;
  readonly done: string;
}

function decision({ verb, summary, description, done }: Decision): Command {
  return {
    name: verb,
    summary,
    description,
    args: [{ name: 'promotion', description: 'name of the promotion, as stoa-cd status prints it' }],
    options: [USER, DATA],
    examples: [`stoa-cd ${verb} stoa-gateway-1f2e3d4c5b6a-prod --user carol`],
    async run(input, context) {
      const api = await actAs(input, context);
      const name = input.args['promotion'] ?? '';
      const answer = await api.post(`/api/v1/promotions/${encodeURIComponent(name)}/${verb}`);
      context.terminal.out(render(answer as JsonValue, context.output, () => `${done} ${name}`));
      return 0;
    },
  };
}

export const approve = decision({
  verb: 'approve',
  summary: 'approve a promotion',
  description: 'Counts for the present head of the merge request only. Its author and committers cannot approve it.',
  done: 'Approved',
});

export const deploy = decision({
  verb: 'deploy',
  summary: 'deploy an approved promotion to an environment that waits for it',
  description: 'For environments with `sync: manual`, once every gate has passed.',
  done: 'Deploying',
});
