import { formatTime, messageOf } from '../core/index.ts';
import type { Clock, Ids, Logger } from '../core/index.ts';
import type { KubeClient, ObjectMeta } from '../kube/index.ts';
import { ARGO_API_VERSION } from './application.ts';

/** The last three are those of ApplicationSets, spelled as upstream does. */
export type EventReason =
  'ResourceUpdated' | 'OperationStarted' | 'OperationCompleted' | 'created' | 'updated' | 'Deleted';

/** What an event is about. */
export interface EventSubject {
  /** @default 'Application' */
  readonly kind?: string;
  readonly metadata: ObjectMeta;
}

export interface EventRecorderOptions {
  readonly hub: KubeClient;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

export interface ApplicationEvent {
  readonly reason: EventReason;
  readonly message: string;
  readonly type?: 'Normal' | 'Warning';
}

const MAX_WAITING = 1_000;

/**
 * Writes Kubernetes Events about Applications and ApplicationSets, one after the other, so that no reconciliation waits for news. What
 * cannot be written, or comes faster than it can be, is only logged: an Event is not state.
 */
export class EventRecorder implements AsyncDisposable {
  readonly #options: EventRecorderOptions;
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(options: EventRecorderOptions) {
    this.#options = options;
  }

  record(subject: EventSubject, event: ApplicationEvent): void {
    if (this.#waiting >= MAX_WAITING) {
      this.#options.logger.warn('too many events', { object: subject.metadata.name, reason: event.reason });
      return;
    }
    this.#waiting++;
    const at = formatTime(this.#options.clock.now());
    this.#last = this.#last.then(() => this.#write(subject, event, at)).finally(() => this.#waiting--);
  }

  async #write(subject: EventSubject, event: ApplicationEvent, at: string): Promise<void> {
    const { hub, ids, logger, signal } = this.#options;
    const { kind = 'Application', metadata } = subject;
    const { name = '', namespace = '', uid } = metadata;
    const involved = { apiVersion: ARGO_API_VERSION, kind, name, namespace };
    if (signal.aborted) return;
    try {
      await hub.create(
        {
          apiVersion: 'v1',
          kind: 'Event',
          metadata: { name: `${name.slice(0, 230)}.${ids.suffix(16)}`, namespace },
          involvedObject: { ...involved, ...(uid === undefined ? {} : { uid }) },
          reason: event.reason,
          message: event.message.slice(0, 1024),
          type: event.type ?? 'Normal',
          source: { component: `argocd-${kind.toLowerCase()}-controller` },
          count: 1,
          firstTimestamp: at,
          lastTimestamp: at,
        },
        { signal: AbortSignal.any([signal]) },
      );
    } catch (error) {
      logger.warn('cannot write event', { object: name, error: messageOf(error) });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#last;
  }
}
