import { formatTime } from '../core/index.ts';
import type { Clock, Fetch, Ids, JsonObject, Logger } from '../core/index.ts';
import type { KubeClient } from '../kube/index.ts';
import type { Alert, AlertSink } from './alerts.ts';

/** One line when an alert begins, one when it ends. */
export function logSink(logger: Logger): AlertSink {
  return {
    name: 'log',
    async send(changed) {
      for (const { name, summary, severity, labels, resolvedAt } of changed) {
        const fields = { alert: name, severity, summary, ...labels };
        if (resolvedAt === undefined) logger.warn('alert', fields);
        else logger.info('alert is over', fields);
      }
      return Promise.resolve();
    },
  };
}

/** A Kubernetes Event about the Application when an alert begins, and one when it ends. */
export function eventSink({ hub, ids }: { readonly hub: KubeClient; readonly ids: Ids }): AlertSink {
  return {
    name: 'events',
    async send(changed, _standing, signal) {
      for (const alert of changed) await hub.create(eventOf(alert, ids), { signal });
    },
  };
}

const NAMESPACE = 'argocd';

function eventOf(alert: Alert, ids: Ids): Parameters<KubeClient['create']>[0] {
  const { name, summary, severity, labels, startsAt, resolvedAt } = alert;
  const over = resolvedAt !== undefined;
  const application = labels['application'] ?? '';
  const at = formatTime(resolvedAt ?? startsAt);
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {
      name: `${application === '' ? 'stoa-drift' : application.slice(0, 230)}.${ids.suffix(16)}`,
      namespace: NAMESPACE,
    },
    involvedObject: {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      namespace: NAMESPACE,
      name: application,
    },
    reason: over ? `${name}Resolved` : name,
    message: (over ? `Over: ${summary}` : summary).slice(0, 1024),
    type: over || severity === 'none' ? 'Normal' : 'Warning',
    source: { component: 'stoa-drift-guard' },
    count: 1,
    firstTimestamp: formatTime(startsAt),
    lastTimestamp: at,
  };
}

/** An alert that is not told again for this long counts as over, and the dead-man's switch as gone. */
const LASTS_MS = 300_000;

/** Alertmanager's API v2. It deduplicates, groups and routes; what goes on is told again with every beat. */
export function alertmanagerSink(
  base: string,
  { clock, fetch }: { readonly clock: Clock; readonly fetch: Fetch },
): AlertSink {
  return {
    name: `alertmanager ${base}`,
    async send(changed, standing, signal) {
      const ended = changed.filter(({ resolvedAt }) => resolvedAt !== undefined);
      const body = [...ended, ...standing].map((alert) => posted(alert, clock.now()));
      const response = await fetch(`${base.replace(/\/+$/, '')}/api/v2/alerts`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        redirect: 'error',
        signal,
      });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`Alertmanager refuses alerts: HTTP ${response.status}`);
    },
  };
}

function posted({ name, severity, labels, summary, startsAt, resolvedAt }: Alert, now: number): JsonObject {
  return {
    labels: { alertname: name, severity, source: 'stoa-cd', ...labels },
    annotations: { summary },
    startsAt: new Date(startsAt).toISOString(),
    endsAt: new Date(resolvedAt ?? now + LASTS_MS).toISOString(),
  };
}
