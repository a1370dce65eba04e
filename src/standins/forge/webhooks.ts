import { randomUUID } from 'node:crypto';
import { backoff, messageOf, sleep } from '../../core/index.ts';
import type { Clock, Fetch, Logger } from '../../core/index.ts';
import type { HookRow } from './store/project-store.ts';

export interface WebhookOptions {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

export interface Delivery {
  /** As GitLab names it: `Push Hook`, `Merge Request Hook`. */
  readonly event: string;
  readonly body: object;
}

const TRIES = 4;
const TIME_LIMIT = 10_000;

/** Delivers an event to a hook, a few times with growing pauses; a receiver that is down finds the state by polling. */
export async function deliver(hook: HookRow, delivery: Delivery, options: WebhookOptions): Promise<void> {
  const { clock, logger, signal } = options;
  const id = randomUUID(); // The same for each try, so that a receiver knows a delivery again.
  for (let failures = 0; failures < TRIES; failures++) {
    try {
      if (failures > 0) await sleep(clock, backoff(failures, { base: 250 }), signal);
      const status = await send(hook, { ...delivery, id }, options);
      if (status >= 200 && status < 300) return;
      logger.warn('a webhook was refused', { hook: hook.id, status });
    } catch (error) {
      if (signal.aborted) return;
      logger.warn('a webhook could not be delivered', { hook: hook.id, reason: messageOf(error) });
    }
  }
}

async function send(
  hook: HookRow,
  { event, body, id }: Delivery & { readonly id: string },
  { fetch, signal }: WebhookOptions,
): Promise<number> {
  const response = await fetch(hook.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...{ 'x-gitlab-event': event, 'x-gitlab-token': hook.token },
      ...{ 'x-gitlab-event-uuid': id, 'idempotency-key': id },
    },
    body: JSON.stringify(body),
    redirect: 'manual',
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIME_LIMIT)]),
  });
  await response.body?.cancel();
  return response.status;
}
