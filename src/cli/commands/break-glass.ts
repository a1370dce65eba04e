import { z } from 'zod';
import { UsageError } from '../../core/index.ts';
import type { JsonValue } from '../../core/index.ts';
import type { Command } from '../command.ts';
import { render } from '../terminal/terminal.ts';
import { actAs } from './acting.ts';
import { DATA, REASON, USER, reasonOf } from './options.ts';

const resultSchema = z.object({ name: z.string(), mergeRequest: z.object({ url: z.string() }) });

export const breakGlass: Command = {
  name: 'break-glass',
  summary: 'bring a release to an environment past approvals, order and windows',
  description:
    'For an emergency. Whom the pipeline lets do this says breakGlass.groups of the environment. The image must still be what ' +
    'the policy asks for, nothing else comes along, it is on record at once, and it waits for a review by somebody else.',
  args: [
    { name: 'service', description: 'service that needs it' },
    { name: 'environment', description: 'environment that needs it' },
    { name: 'release', description: 'release to bring there, as stoa-cd release named it' },
  ],
  options: [REASON, USER, DATA],
  examples: ['stoa-cd break-glass stoa-gateway prod stoa-gateway-1f2e3d4c5b6a --reason "INC-42: outage" --user carol'],
  async run(input, context) {
    const reason = reasonOf(input);
    const api = await actAs(input, context);
    const { service, environment, release } = input.args;
    const answer = await api.post('/api/v1/break-glass', { service, environment, release, reason });
    const { name, mergeRequest } = resultSchema.parse(answer);
    const text = (): string =>
      `The glass of ${environment ?? ''} is broken: ${mergeRequest.url}\nSomebody else has to review it: stoa-cd review ${name}`;
    context.terminal.out(render(answer as JsonValue, context.output, text));
    return 0;
  },
};

export const review: Command = {
  name: 'review',
  summary: 'close the review of what was done in an emergency',
  description: 'By somebody who may approve for the environment and did not break the glass.',
  args: [{ name: 'promotion', description: 'name of the promotion, as stoa-cd break-glass printed it' }],
  options: [{ name: 'comment', value: 'TEXT', description: 'what the review has found' }, USER, DATA],
  examples: ['stoa-cd review stoa-gateway-1f2e3d4c5b6a-prod-7 --comment "Right thing to do" --user dave'],
  async run(input, context) {
    const { comment } = input.options;
    if (comment === undefined) throw new UsageError('Cannot close the review: say what it has found with --comment');
    const api = await actAs(input, context);
    const name = input.args['promotion'] ?? '';
    const answer = await api.post(`/api/v1/promotions/${encodeURIComponent(name)}/review`, { comment });
    context.terminal.out(render(answer as JsonValue, context.output, () => `Reviewed ${name}`));
    return 0;
  },
};

export const quarantineLift: Command = {
  name: 'quarantine lift',
  summary: 'let an image be deployed again that has failed',
  description:
    'An image that failed in one environment is given to none again, until somebody who approves or deploys lifts it.',
  args: [{ name: 'digest', description: 'sha256:… of the image; the first digits are enough' }],
  options: [REASON, USER, DATA],
  examples: ['stoa-cd quarantine lift sha256:4f53cda1 --reason "The node was broken" --user bob'],
  async run(input, context) {
    const reason = reasonOf(input);
    const api = await actAs(input, context);
    const digest = input.args['digest'] ?? '';
    const answer = await api.post('/api/v1/quarantine/lift', { digest, reason });
    context.terminal.out(render(answer as JsonValue, context.output, () => `No longer in quarantine: ${digest}`));
    return 0;
  },
};
