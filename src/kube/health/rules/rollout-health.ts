import { getPath } from '../../object.ts';
import { conditionsOf, health, listAt, numberAt, optionalNumberAt, textAt } from '../health-status.ts';
import type { HealthStatus } from '../health-status.ts';

const UNOBSERVED = health('Progressing', 'Waiting for rollout spec update to be observed');
const WAITING = 'Waiting for roll out to finish:';

/** argoproj.io Rollout: by its own phase where the controller writes one, else as one can tell from its counters */
export function rolloutHealth(object: unknown): HealthStatus {
  if (!isObserved(object)) return UNOBSERVED;
  return (
    failure(object) ??
    ownPhase(object) ??
    pause(object) ??
    unfinishedReplicas(object) ??
    unfinishedSwitch(object) ??
    health('Healthy')
  );
}

function isObserved(object: unknown): boolean {
  const observed =
    textAt(object, 'status', 'observedGeneration') || optionalNumberAt(object, 'status', 'observedGeneration');
  if (observed === undefined || observed === '') return false;
  // before 1.0 this was a hash, which can look like a number
  if (textAt(object, 'status', 'phase') === '' && !/^\d{1,7}$/.test(String(observed))) return true;
  return !/^\d{1,7}$/.test(String(observed)) || Number(observed) === numberAt(object, 'metadata', 'generation');
}

function failure(object: unknown): HealthStatus | undefined {
  const failed = conditionsOf(object).find(
    ({ type, reason }) =>
      type === 'InvalidSpec' ||
      (type === 'Progressing' && (reason === 'RolloutAborted' || reason === 'ProgressDeadlineExceeded')),
  );
  return failed === undefined ? undefined : health('Degraded', failed.message);
}

function ownPhase(object: unknown): HealthStatus | undefined {
  const message = textAt(object, 'status', 'message');
  switch (textAt(object, 'status', 'phase')) {
    case 'Paused':
      return health('Suspended', message);
    case 'Healthy':
      return health('Healthy', message);
    case 'Degraded':
      return health('Degraded', message);
    case 'Progressing':
      return health('Progressing', message);
    default:
      return undefined;
  }
}

function pause(object: unknown): HealthStatus | undefined {
  const paused = listAt(object, 'status', 'pauseConditions').length > 0 || getPath(object, 'spec', 'paused') === true;
  return paused ? health('Suspended', 'Rollout is paused') : undefined;
}

function unfinishedReplicas(object: unknown): HealthStatus | undefined {
  const status = (name: string): number => numberAt(object, 'status', name);
  if (textAt(object, 'status', 'currentPodHash') === '') {
    return health('Progressing', 'Waiting for rollout to finish: status has not been reconciled.');
  }
  if (status('updatedReplicas') < (optionalNumberAt(object, 'spec', 'replicas') ?? 1)) {
    return health('Progressing', `${WAITING} More replicas need to be updated`);
  }
  if (status('availableReplicas') < status('updatedReplicas')) {
    return health('Progressing', `${WAITING} updated replicas are still becoming available`);
  }
  return undefined;
}

function unfinishedSwitch(object: unknown): HealthStatus | undefined {
  const current = textAt(object, 'status', 'currentPodHash');
  const stable = textAt(object, 'status', 'stableRS') || textAt(object, 'status', 'canary', 'stableRS');
  if (isGiven(object, 'blueGreen')) {
    if (textAt(object, 'status', 'blueGreen', 'activeSelector') !== current) {
      return health('Progressing', 'active service cutover pending');
    }
    return stable === '' || stable === current ? undefined : health('Progressing', 'waiting for analysis to complete');
  }
  if (!isGiven(object, 'canary')) return undefined;
  if (numberAt(object, 'status', 'replicas') > numberAt(object, 'status', 'updatedReplicas')) {
    return health('Progressing', `${WAITING} old replicas are pending termination`);
  }
  return stable === current ? undefined : health('Progressing', 'Waiting for rollout to finish steps');
}

function isGiven(object: unknown, strategy: string): boolean {
  const found = getPath(object, 'spec', 'strategy', strategy);
  return found !== undefined && found !== null;
}
