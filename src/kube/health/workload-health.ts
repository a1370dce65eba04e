import { getPath } from '../object.ts';
import { conditionsOf, health, numberAt, optionalNumberAt, textAt } from './health-status.ts';
import type { HealthStatus } from './health-status.ts';

/** Whether the controller has seen the newest specification. */
function isObserved(object: unknown): boolean {
  return numberAt(object, 'metadata', 'generation') <= numberAt(object, 'status', 'observedGeneration');
}

/** apps/v1 Deployment */
export function deploymentHealth(object: unknown): HealthStatus {
  if (getPath(object, 'spec', 'paused') === true) return health('Suspended', 'Deployment is paused');
  if (!isObserved(object)) {
    return rollingOut('observed deployment generation less than desired generation');
  }
  if (conditionsOf(object).find(({ type }) => type === 'Progressing')?.reason === 'ProgressDeadlineExceeded') {
    const name = JSON.stringify(textAt(object, 'metadata', 'name'));
    return health('Degraded', `Deployment ${name} exceeded its progress deadline`);
  }
  const wanted = optionalNumberAt(object, 'spec', 'replicas');
  const updated = numberAt(object, 'status', 'updatedReplicas');
  const old = numberAt(object, 'status', 'replicas') - updated;
  const available = numberAt(object, 'status', 'availableReplicas');
  if (wanted !== undefined && updated < wanted) {
    return rollingOut(`${updated} out of ${wanted} new replicas have been updated...`);
  }
  if (old > 0) return rollingOut(`${old} old replicas are pending termination...`);
  if (available < updated) return rollingOut(`${available} of ${updated} updated replicas are available...`);
  return health('Healthy');
}

function rollingOut(rest: string): HealthStatus {
  return health('Progressing', `Waiting for rollout to finish: ${rest}`);
}

/** apps/v1 ReplicaSet */
export function replicaSetHealth(object: unknown): HealthStatus {
  if (!isObserved(object)) return rollingOut('observed replica set generation less than desired generation');
  const failure = conditionsOf(object).find(({ type }) => type === 'ReplicaFailure');
  if (failure?.status === 'True') return health('Degraded', failure.message);
  const wanted = optionalNumberAt(object, 'spec', 'replicas');
  const available = numberAt(object, 'status', 'availableReplicas');
  if (wanted !== undefined && available < wanted) {
    return rollingOut(`${available} out of ${wanted} new replicas are available...`);
  }
  return health('Healthy');
}

/** apps/v1 DaemonSet */
export function daemonSetHealth(object: unknown): HealthStatus {
  if (!isObserved(object)) return rollingOut('observed daemon set generation less than desired generation');
  const updated = numberAt(object, 'status', 'updatedNumberScheduled');
  const desired = numberAt(object, 'status', 'desiredNumberScheduled');
  const available = numberAt(object, 'status', 'numberAvailable');
  if (textAt(object, 'spec', 'updateStrategy', 'type') === 'OnDelete') {
    return health('Healthy', `daemon set ${updated} out of ${desired} new pods have been updated`);
  }
  const waiting = `Waiting for daemon set ${JSON.stringify(textAt(object, 'metadata', 'name'))} rollout to finish:`;
  if (updated < desired) {
    return health('Progressing', `${waiting} ${updated} out of ${desired} new pods have been updated...`);
  }
  if (available < desired) {
    return health('Progressing', `${waiting} ${available} of ${desired} updated pods are available...`);
  }
  return health('Healthy');
}

/** apps/v1 StatefulSet */
export function statefulSetHealth(object: unknown): HealthStatus {
  if (numberAt(object, 'status', 'observedGeneration') === 0 || !isObserved(object)) {
    return health('Progressing', 'Waiting for statefulset spec update to be observed...');
  }
  const wanted = optionalNumberAt(object, 'spec', 'replicas');
  const ready = numberAt(object, 'status', 'readyReplicas');
  if (wanted !== undefined && ready < wanted) {
    return health('Progressing', `Waiting for ${wanted - ready} pods to be ready...`);
  }
  const strategy = textAt(object, 'spec', 'updateStrategy', 'type');
  const rolling = getPath(object, 'spec', 'updateStrategy', 'rollingUpdate');
  if (strategy === 'RollingUpdate' && rolling !== undefined && rolling !== null) return partitionHealth(object, wanted);
  if (strategy === 'OnDelete') return health('Healthy', `statefulset has ${ready} ready pods`);
  return revisionHealth(object);
}

function partitionHealth(object: unknown, wanted: number | undefined): HealthStatus {
  const partition = optionalNumberAt(object, 'spec', 'updateStrategy', 'rollingUpdate', 'partition');
  const updated = numberAt(object, 'status', 'updatedReplicas');
  const target = wanted === undefined || partition === undefined ? undefined : wanted - partition;
  if (target !== undefined && updated < target) {
    const progress = `${updated} out of ${target} new pods have been updated...`;
    return health('Progressing', `Waiting for partitioned roll out to finish: ${progress}`);
  }
  return health('Healthy', `partitioned roll out complete: ${updated} new pods have been updated...`);
}

function revisionHealth(object: unknown): HealthStatus {
  const status = (name: string): string => textAt(object, 'status', name);
  const pods = (name: string): string => `${numberAt(object, 'status', name)} pods at revision`;
  if (status('updateRevision') !== status('currentRevision')) {
    const progress = `${pods('updatedReplicas')} ${status('updateRevision')}...`;
    return health('Progressing', `waiting for statefulset rolling update to complete ${progress}`);
  }
  const done = `${pods('currentReplicas')} ${status('currentRevision')}...`;
  return health('Healthy', `statefulset rolling update complete ${done}`);
}

/** batch/v1 Job */
export function jobHealth(object: unknown): HealthStatus {
  const conditions = conditionsOf(object);
  const find = (type: string): ReturnType<typeof conditionsOf>[number] | undefined =>
    conditions.findLast((condition) => condition.type === type);
  const failed = find('Failed');
  if (failed !== undefined) return health('Degraded', failed.message);
  const last = conditions.findLast(({ type }) => type === 'Complete' || type === 'Suspended');
  if (last === undefined) return health('Progressing');
  if (conditions.some(({ type, status }) => type === 'Suspended' && status === 'True')) {
    // a suspended Job is as its owner wants it, so it does not hold back the application
    return { ...health('Suspended', last.message), aggregateAs: 'Healthy' };
  }
  return health('Healthy', last.message);
}
