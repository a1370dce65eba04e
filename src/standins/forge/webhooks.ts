import { backoff, messageOf, sleep } from '../../core/index.ts';
import type { Clock, Fetch, Logger } from '../../core/index.ts';
import type { HookRow } from './database.ts';

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

/** Delivers an event to a hook, a few times with growing pauses; a receiver that is down finds the state by polling. */
export async function deliver(hook: HookRow, { event, body }: Delivery, options: WebhookOptions): Promise<void> {
  const { fetch, clock, logger, signal } = options;
  for (let failures = 0; failures < TRIES && !signal.aborted; failures++) {
    try {
      if (failures > 0) await sleep(clock, backoff(failures, { base: 250 }), signal);
      const headers = { 'content-type': 'application/json', 'x-gitlab-event': event, 'x-gitlab-token': hook.token };
      const response = await fetch(hook.url, { method: 'POST', headers, body: JSON.stringify(body), signal });
      await response.body?.cancel();
      if (response.ok) return;
      logger.warn('a webhook was refused', { hook: hook.id, status: response.status });
    } catch (error) {
      logger.warn('a webhook could not be delivered', { hook: hook.id, reason: messageOf(error) });
    }
  }
}
