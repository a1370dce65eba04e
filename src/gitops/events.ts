import { formatTime, messageOf } from '../core/index.ts';
import type { Clock, Ids, Logger } from '../core/index.ts';
import type { KubeClient } from '../kube/index.ts';
import { ARGO_API_VERSION } from './application.ts';
import type { Application } from './application.ts';

export type EventReason = 'ResourceUpdated' | 'OperationStarted' | 'OperationCompleted' | 'ResourceDeleted';

export interface EventPorts {
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

/** Writes a Kubernetes Event about the Application. Failing to is only logged: an Event is news, not state. */
export async function recordEvent(application: Application, event: ApplicationEvent, ports: EventPorts): Promise<void> {
  const { hub, clock, ids, logger, signal } = ports;
  const { name, namespace, uid } = application.metadata;
  const now = formatTime(clock.now());
  try {
    await hub.create(
      {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name: `${name.slice(0, 230)}.${ids.suffix(16)}`, namespace },
        involvedObject: {
          apiVersion: ARGO_API_VERSION,
          kind: 'Application',
          name,
          namespace,
          ...(uid === undefined ? {} : { uid }),
        },
        reason: event.reason,
        message: event.message,
        type: event.type ?? 'Normal',
        source: { component: 'argocd-application-controller' },
        count: 1,
        firstTimestamp: now,
        lastTimestamp: now,
      },
      { signal },
    );
  } catch (error) {
    if (!signal.aborted) logger.warn('cannot write event', { application: name, error: messageOf(error) });
  }
}
