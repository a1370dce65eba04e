import { getPath } from '../object.ts';
import { conditionsOf, health, listAt, numberAt, textAt } from './health-status.ts';
import type { HealthStatus } from './health-status.ts';

/** A pod that ends by itself counts by its readiness, as a server does, when it is marked so. */
const IGNORE_RESTART_POLICY = 'argocd.argoproj.io/ignore-restart-policy';

/** core/v1 Pod */
export function podHealth(object: unknown): HealthStatus {
  const message = textAt(object, 'status', 'message');
  const keepsRunning = textAt(object, 'spec', 'restartPolicy') === 'Always' || ignoresRestartPolicy(object);
  // a hook that cannot start yet is not failed: it may still run, after the sync would have ended
  const failures = keepsRunning ? waitingFailures(object) : [];
  if (failures.length > 0) return health('Degraded', failures.join(', '));
  switch (textAt(object, 'status', 'phase')) {
    case 'Pending':
      return health('Progressing', message);
    case 'Succeeded':
      return health('Healthy', message);
    case 'Failed':
      return health('Degraded', message === '' ? failureMessage(object) : message);
    case 'Running':
      return runningHealth(object, keepsRunning);
    default:
      return health('Unknown', message);
  }
}

function ignoresRestartPolicy(object: unknown): boolean {
  return textAt(object, 'metadata', 'annotations', IGNORE_RESTART_POLICY) === 'true';
}

function waitingFailures(object: unknown): string[] {
  return listAt(object, 'status', 'containerStatuses')
    .filter((status) => /^Err|(Error|BackOff)$/.test(textAt(status, 'state', 'waiting', 'reason')))
    .map((status) => textAt(status, 'state', 'waiting', 'message'));
}

function failureMessage(object: unknown): string {
  const containers = [
    ...listAt(object, 'status', 'initContainerStatuses'),
    ...listAt(object, 'status', 'containerStatuses'),
  ];
  return containers.map(terminationMessage).find((text) => text !== '') ?? '';
}

function terminationMessage(status: unknown): string {
  const message = textAt(status, 'state', 'terminated', 'message');
  if (message !== '') return message;
  const reason = textAt(status, 'state', 'terminated', 'reason');
  if (reason === 'OOMKilled') return reason;
  const code = numberAt(status, 'state', 'terminated', 'exitCode');
  return code === 0 ? '' : `container ${JSON.stringify(textAt(status, 'name'))} failed with exit code ${code}`;
}

function runningHealth(object: unknown, keepsRunning: boolean): HealthStatus {
  const message = textAt(object, 'status', 'message');
  const policy = textAt(object, 'spec', 'restartPolicy');
  if (!keepsRunning) return health(policy === 'OnFailure' || policy === 'Never' ? 'Progressing' : 'Unknown', message);
  if (conditionsOf(object).some(({ type, status }) => type === 'Ready' && status === 'True')) {
    return health('Healthy', message);
  }
  const crashed = listAt(object, 'status', 'containerStatuses').some((status) => {
    const terminated = getPath(status, 'lastState', 'terminated');
    return terminated !== undefined && terminated !== null;
  });
  return health(crashed ? 'Degraded' : 'Progressing', message);
}
