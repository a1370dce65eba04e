import { formatTime, messageOf } from '../../../core/index.ts';
import type { Clock, Logger } from '../../../core/index.ts';
import { isApiError } from '../../../kube/index.ts';
import type { KubeClient, KubeObject, ObjectKey } from '../../../kube/index.ts';
import { nameOf, namespaceOf, uidOf } from '../model/meta.ts';
import { safeHash } from '../model/template-hash.ts';
import type { EventAction } from './plan.ts';

/** Per object, as client-go: this many events at once, then one more every five minutes. */
const BURST = 25;
const REFILL_MS = 300_000;
const REMEMBERED = 4_096;

interface Budget {
  tokens: number;
  at: number;
}

interface CoreEvent extends KubeObject {
  count?: number;
}

export interface EventRecorderOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Writes core/v1 Events. The same event again raises the count of the first; its name follows from what it says, so that
 * this holds across restarts too. An event is never worth a failure: what cannot be written is only logged.
 */
export class EventRecorder {
  readonly #client: KubeClient;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #budgets = new Map<string, Budget>();

  constructor(options: EventRecorderOptions) {
    this.#client = options.client;
    this.#clock = options.clock;
    this.#logger = options.logger;
  }

  async record(action: EventAction, component: string, signal: AbortSignal): Promise<void> {
    if (!this.#spend(uidOf(action.object))) return;
    const event = newEvent(action, component, this.#clock.now());
    try {
      await this.#write(event, component, signal);
    } catch (error) {
      if (!signal.aborted) this.#logger.debug('Cannot record an event', { error: messageOf(error) });
    }
  }

  async #write(event: CoreEvent, component: string, signal: AbortSignal): Promise<void> {
    const fieldManager = component === 'kubelet' || component === 'default-scheduler' ? component : MANAGER;
    try {
      await this.#client.create(event, { fieldManager, signal });
    } catch (error) {
      if (!isApiError(error, 'AlreadyExists')) throw error;
      const key: ObjectKey = {
        ...{ group: '', version: 'v1', kind: 'Event' },
        namespace: namespaceOf(event),
        name: nameOf(event),
      };
      const known = (await this.#client.get(key, { signal })) as CoreEvent | undefined;
      const body = { count: (known?.count ?? 1) + 1, lastTimestamp: formatTime(this.#clock.now()) };
      await this.#client.patch(key, { type: 'merge', body }, { fieldManager, signal });
    }
  }

  #spend(uid: string): boolean {
    const now = this.#clock.now();
    const budget = this.#budgets.get(uid) ?? { tokens: BURST, at: now };
    const refilled = Math.floor((now - budget.at) / REFILL_MS);
    budget.tokens = Math.min(BURST, budget.tokens + refilled);
    budget.at += refilled * REFILL_MS;
    this.#budgets.delete(uid); // to the end: the map forgets what was used longest ago
    this.#budgets.set(uid, budget);
    if (this.#budgets.size > REMEMBERED) this.#budgets.delete(this.#budgets.keys().next().value ?? '');
    if (budget.tokens === 0) return false;
    budget.tokens -= 1;
    return true;
  }
}

const MANAGER = 'kube-controller-manager';

function newEvent(action: EventAction, component: string, now: number): CoreEvent {
  const { object, type, reason, message } = action;
  const namespace = object.metadata.namespace ?? 'default';
  const identity = [uidOf(object), type, reason, message, component].join('\n');
  const time = formatTime(now);
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${nameOf(object)}.${safeHash(identity, 16)}`, namespace },
    involvedObject: {
      apiVersion: object.apiVersion,
      kind: object.kind,
      name: nameOf(object),
      ...(object.metadata.namespace === undefined ? {} : { namespace }),
      uid: uidOf(object),
    },
    type,
    reason,
    message: message.slice(0, 1_024),
    source: { component },
    reportingComponent: component,
    reportingInstance: '',
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  };
}
