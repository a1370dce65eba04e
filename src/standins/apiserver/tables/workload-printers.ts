import { getPath } from '../../../kube/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import { AGE, NAME, age, duration } from './column.ts';
import type { Column } from './column.ts';
import { podSummary } from './pod-status.ts';
import { NONE, listAt, numberAt, pairs, selectorText, sizeAt, textAt } from './values.ts';

const TEMPLATE = ['spec', 'template', 'spec', 'containers'] as const;

function containerColumns(path: readonly string[]): readonly Column[] {
  return [
    wide('Containers', (object) =>
      listAt(object, ...path)
        .map((each) => textAt(each, ['name']))
        .join(','),
    ),
    wide('Images', (object) =>
      listAt(object, ...path)
        .map((each) => textAt(each, ['image']))
        .join(','),
    ),
  ];
}

const SELECTOR = wide('Selector', (object) => selectorText(getPath(object, 'spec', 'selector')));

export function text(name: string, cell: (object: KubeObject, now: number) => string): Column {
  return { name, cell };
}

export function integer(name: string, cell: (object: KubeObject) => number): Column {
  return { name, type: 'integer', cell };
}

export function wide(name: string, cell: (object: KubeObject, now: number) => string): Column {
  return { name, priority: 1, cell };
}

function replicas(name: string, ...path: readonly string[]): Column {
  return integer(name, (object) => numberAt(object, ...path));
}

const READY_OF_REPLICAS = text(
  'Ready',
  (object) => `${numberAt(object, 'status', 'readyReplicas')}/${numberAt(object, 'spec', 'replicas')}`,
);

function jobStatus(job: KubeObject): string {
  const on = listAt(job, 'status', 'conditions').filter((each) => each['status'] === 'True');
  const has = (type: string): boolean => on.some((each) => each['type'] === type);
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (job.metadata.deletionTimestamp !== undefined) return 'Terminating';
  if (has('Suspended')) return 'Suspended';
  return has('FailureTarget') ? 'FailureTarget' : 'Running';
}

function completions(job: KubeObject): string {
  const succeeded = numberAt(job, 'status', 'succeeded');
  const wanted = getPath(job, 'spec', 'completions');
  if (typeof wanted === 'number') return `${succeeded}/${wanted}`;
  const parallelism = numberAt(job, 'spec', 'parallelism');
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function jobDuration(job: KubeObject, now: number): string {
  const start = Date.parse(textAt(job, ['status', 'startTime']));
  const end = Date.parse(textAt(job, ['status', 'completionTime']));
  return Number.isNaN(start) ? '' : duration((Number.isNaN(end) ? now : end) - start);
}

/** The workloads: pods and what makes them. By collection. */
export const WORKLOAD_COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  pods: [
    NAME,
    text('Ready', (pod, now) => podSummary(pod, now).ready),
    text('Status', (pod, now) => podSummary(pod, now).status),
    text('Restarts', (pod, now) => podSummary(pod, now).restarts),
    AGE,
    wide('IP', (pod) => textAt(pod, ['status', 'podIP'], NONE)),
    wide('Node', (pod) => textAt(pod, ['spec', 'nodeName'], NONE)),
    wide('Nominated Node', (pod) => textAt(pod, ['status', 'nominatedNodeName'], NONE)),
    wide('Readiness Gates', (pod) => (sizeAt(pod, 'spec', 'readinessGates') === 0 ? NONE : gates(pod))),
  ],
  'deployments.apps': [
    NAME,
    READY_OF_REPLICAS,
    replicas('Up-to-date', 'status', 'updatedReplicas'),
    replicas('Available', 'status', 'availableReplicas'),
    AGE,
    ...containerColumns(TEMPLATE),
    SELECTOR,
  ],
  'replicasets.apps': [
    NAME,
    replicas('Desired', 'spec', 'replicas'),
    replicas('Current', 'status', 'replicas'),
    replicas('Ready', 'status', 'readyReplicas'),
    AGE,
    ...containerColumns(TEMPLATE),
    SELECTOR,
  ],
  replicationcontrollers: [
    NAME,
    replicas('Desired', 'spec', 'replicas'),
    replicas('Current', 'status', 'replicas'),
    replicas('Ready', 'status', 'readyReplicas'),
    AGE,
    ...containerColumns(TEMPLATE),
    wide('Selector', (object) => pairs(getPath(object, 'spec', 'selector'))),
  ],
  'statefulsets.apps': [NAME, READY_OF_REPLICAS, AGE, ...containerColumns(TEMPLATE)],
  'daemonsets.apps': [
    NAME,
    replicas('Desired', 'status', 'desiredNumberScheduled'),
    replicas('Current', 'status', 'currentNumberScheduled'),
    replicas('Ready', 'status', 'numberReady'),
    replicas('Up-to-date', 'status', 'updatedNumberScheduled'),
    replicas('Available', 'status', 'numberAvailable'),
    text('Node Selector', (object) => pairs(getPath(object, 'spec', 'template', 'spec', 'nodeSelector'))),
    AGE,
    ...containerColumns(TEMPLATE),
    SELECTOR,
  ],
  'jobs.batch': [
    NAME,
    text('Status', jobStatus),
    text('Completions', completions),
    text('Duration', jobDuration),
    AGE,
    ...containerColumns(TEMPLATE),
    SELECTOR,
  ],
  'cronjobs.batch': [
    NAME,
    text('Schedule', (object) => textAt(object, ['spec', 'schedule'])),
    text('Timezone', (object) => textAt(object, ['spec', 'timeZone'], NONE)),
    text('Suspend', (object) => (getPath(object, 'spec', 'suspend') === true ? 'True' : 'False')),
    integer('Active', (object) => sizeAt(object, 'status', 'active')),
    text('Last Schedule', (object, now) => {
      const last = getPath(object, 'status', 'lastScheduleTime');
      return last === undefined ? NONE : age(last, now);
    }),
    AGE,
    ...containerColumns(['spec', 'jobTemplate', ...TEMPLATE]),
  ],
  'horizontalpodautoscalers.autoscaling': [
    NAME,
    text('Reference', (object) => {
      const target = getPath(object, 'spec', 'scaleTargetRef');
      return `${textAt(target, ['kind'])}/${textAt(target, ['name'])}`;
    }),
    text('Targets', (object) => (sizeAt(object, 'spec', 'metrics') === 0 ? NONE : targets(object))),
    text('MinPods', (object) => textAt(object, ['spec', 'minReplicas'], '<unset>')),
    replicas('MaxPods', 'spec', 'maxReplicas'),
    replicas('Replicas', 'status', 'currentReplicas'),
    AGE,
  ],
  'poddisruptionbudgets.policy': [
    NAME,
    text('Min Available', (object) => textAt(object, ['spec', 'minAvailable'], 'N/A')),
    text('Max Unavailable', (object) => textAt(object, ['spec', 'maxUnavailable'], 'N/A')),
    replicas('Allowed Disruptions', 'status', 'disruptionsAllowed'),
    AGE,
  ],
  'controllerrevisions.apps': [
    NAME,
    text('Controller', (object) => {
      const owner = object.metadata.ownerReferences?.find((each) => each.controller === true);
      if (owner === undefined) return NONE;
      const [group] = owner.apiVersion.includes('/') ? owner.apiVersion.split('/') : [''];
      return `${owner.kind.toLowerCase()}${group === '' ? '' : `.${group ?? ''}`}/${owner.name}`;
    }),
    replicas('Revision', 'revision'),
    AGE,
  ],
};

function gates(pod: KubeObject): string {
  const types = listAt(pod, 'spec', 'readinessGates').map((gate) => textAt(gate, ['conditionType']));
  const on = listAt(pod, 'status', 'conditions').filter((each) => each['status'] === 'True');
  const met = types.filter((type) => on.some((each) => each['type'] === type));
  return `${met.length}/${types.length}`;
}

function targets(object: KubeObject): string {
  return listAt(object, 'spec', 'metrics')
    .map((metric, index) => {
      const name = textAt(metric, ['resource', 'name'], textAt(metric, ['type']));
      const target = textAt(metric, ['resource', 'target', 'averageUtilization'], '<auto>');
      const current = getPath(object, 'status', 'currentMetrics', index, 'resource', 'current', 'averageUtilization');
      return `${name}: ${typeof current === 'number' ? `${current}%` : '<unknown>'}/${target}%`;
    })
    .join(', ');
}
