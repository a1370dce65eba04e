import type { KubeObject } from '../../kube/index.ts';
import { annotationOf, fieldAt, isTrue, replicasOf, timestamp, withAnnotation, withField } from './action.ts';
import type { ActionDefinition, ActionRequest } from './action.ts';

const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';

const restart: ActionDefinition = {
  name: 'restart',
  iconClass: 'fa fa-fw fa-redo',
  run: (object, { now }) =>
    withField(object, ['spec', 'template', 'metadata', 'annotations', RESTARTED_AT], timestamp(now)),
};

const scale: ActionDefinition = {
  name: 'scale',
  iconClass: 'fa fa-fw fa-plus-circle',
  params: [{ name: 'replicas' }],
  run: (object, request) => withField(object, ['spec', 'replicas'], replicasOf(request)),
};

const isPaused = (object: KubeObject): boolean => isTrue(object, 'spec', 'paused');

const DEPLOYMENT: readonly ActionDefinition[] = [
  restart,
  {
    name: 'pause',
    iconClass: 'fa fa-fw fa-pause-circle',
    disabled: isPaused,
    run: (object) => withField(object, ['spec', 'paused'], true),
  },
  {
    name: 'resume',
    iconClass: 'fa fa-fw fa-play-circle',
    disabled: (object) => !isPaused(object),
    run: (object) => withField(object, ['spec', 'paused'], false),
  },
  scale,
];

const isSuspended = (object: KubeObject): boolean => isTrue(object, 'spec', 'suspend');
const FINAL = ['Complete', 'Failed', 'FailureTarget', 'SuccessCriteriaMet'];

function conditionsOf(object: KubeObject): readonly unknown[] {
  const found = fieldAt(object, 'status', 'conditions');
  return Array.isArray(found) ? found : [];
}

function hasEnded(object: KubeObject): boolean {
  return conditionsOf(object).some(
    (condition) => FINAL.includes(String(fieldAt(condition, 'type'))) && fieldAt(condition, 'status') === 'True',
  );
}

/** The Job controller takes this condition for a failure and stops the pods. */
function terminateJob(job: KubeObject, { now }: ActionRequest): KubeObject {
  if (hasEnded(job) || fieldAt(job, 'status') === undefined) return job;
  const failure = {
    lastTransitionTime: timestamp(now),
    message: 'Job was terminated explicitly through Argo CD',
    reason: 'ManuallyTerminated',
    status: 'True',
    type: 'FailureTarget',
  };
  return withField(job, ['status', 'conditions'], [...conditionsOf(job), failure]);
}

const JOB: readonly ActionDefinition[] = [
  {
    name: 'resume',
    iconClass: 'fa fa-fw fa-play',
    offered: (object) => !hasEnded(object) && isSuspended(object),
    run: (object) => withField(object, ['spec', 'suspend'], false),
  },
  {
    name: 'suspend',
    iconClass: 'fa fa-fw fa-pause',
    offered: (object) => !hasEnded(object) && !isSuspended(object),
    run: (object) => withField(object, ['spec', 'suspend'], true),
  },
  {
    name: 'terminate',
    iconClass: 'fa fa-fw fa-stop',
    offered: (object) => !hasEnded(object) && fieldAt(object, 'status') !== undefined,
    run: terminateJob,
  },
];

/** `202306221736` */
function minuteOf(now: Date): string {
  return now.toISOString().replaceAll(/\D/g, '').slice(0, 12);
}

function ownerReference({ apiVersion, kind, metadata }: KubeObject): Readonly<Record<string, unknown>> {
  return { apiVersion, kind, name: metadata.name, ...(metadata.uid === undefined ? {} : { uid: metadata.uid }) };
}

function jobFrom(cronJob: KubeObject, { now }: ActionRequest): KubeObject {
  const template = ['spec', 'jobTemplate'];
  const annotations = fieldAt(cronJob, ...template, 'metadata', 'annotations') as Record<string, string> | undefined;
  const labels = fieldAt(cronJob, ...template, 'metadata', 'labels') as Record<string, string> | undefined;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: `${cronJob.metadata.name ?? ''}-${minuteOf(now)}`,
      ...(cronJob.metadata.namespace === undefined ? {} : { namespace: cronJob.metadata.namespace }),
      ownerReferences: [{ ...ownerReference(cronJob), blockOwnerDeletion: true, controller: true }],
      annotations: { 'cronjob.kubernetes.io/instantiate': 'manual', ...annotations },
      ...(labels === undefined ? {} : { labels }),
    },
    spec: fieldAt(cronJob, ...template, 'spec'),
  } as unknown as KubeObject;
}

const CRON_JOB: readonly ActionDefinition[] = [
  { name: 'create-job', iconClass: 'fa fa-fw fa-plus', displayName: 'Create Job', operation: 'create', run: jobFrom },
  {
    name: 'resume',
    iconClass: 'fa fa-fw fa-play',
    offered: isSuspended,
    run: (object) => withField(object, ['spec', 'suspend'], false),
  },
  {
    name: 'suspend',
    iconClass: 'fa fa-fw fa-pause',
    offered: (object) => !isSuspended(object),
    run: (object) => withField(object, ['spec', 'suspend'], true),
  },
];

function workflowBy(owner: KubeObject, { now }: ActionRequest): KubeObject {
  const { name = '', namespace } = owner.metadata;
  return {
    apiVersion: owner.apiVersion,
    kind: 'Workflow',
    metadata: {
      name: `${name}-${minuteOf(now)}`,
      ...(namespace === undefined ? {} : { namespace }),
      ownerReferences: [ownerReference(owner)],
    },
  } as unknown as KubeObject;
}

const INSTANCE_ID = 'workflows.argoproj.io/controller-instanceid';

function workflowFromCron(cron: KubeObject, request: ActionRequest): KubeObject {
  const workflow = workflowBy(cron, request);
  const given = (name: string): unknown => fieldAt(cron, 'spec', 'workflowMetadata', name);
  const instance = cron.metadata.labels?.[INSTANCE_ID];
  const metadata = {
    ...workflow.metadata,
    labels: {
      'workflows.argoproj.io/cron-workflow': cron.metadata.name,
      ...(instance === undefined ? {} : { [INSTANCE_ID]: instance }),
      ...(given('labels') as Record<string, string> | undefined),
    },
    ...(given('annotations') === undefined ? {} : { annotations: given('annotations') }),
    ...(given('finalizers') === undefined ? {} : { finalizers: given('finalizers') }),
  };
  return { ...workflow, metadata, spec: fieldAt(cron, 'spec', 'workflowSpec') } as KubeObject;
}

function workflowFromTemplate(template: KubeObject, request: ActionRequest): KubeObject {
  const workflow = workflowBy(template, request);
  const labels = { 'workflows.argoproj.io/workflow-template': template.metadata.name };
  const spec = {
    workflowTemplateRef: {
      name: template.metadata.name,
      ...(template.kind === 'ClusterWorkflowTemplate' ? { clusterScope: true } : {}),
    },
  };
  return { ...workflow, metadata: { ...workflow.metadata, labels }, spec } as unknown as KubeObject;
}

function createWorkflow(run: ActionDefinition['run']): readonly ActionDefinition[] {
  const look = { iconClass: 'fa fa-fw fa-plus', displayName: 'Create Workflow' };
  return [{ name: 'create-workflow', ...look, operation: 'create', run }];
}

const ROLLING_UPDATE = 'strimzi.io/manual-rolling-update';

const POD_SET: readonly ActionDefinition[] = [
  {
    name: 'rolling-update',
    disabled: (object) => annotationOf(object, ROLLING_UPDATE) === 'true',
    run: (object) => withAnnotation(object, ROLLING_UPDATE, 'true'),
  },
];

/** Actions of Kubernetes' own workloads, of workflows and of pod sets, by `group/Kind`. */
export const WORKLOAD_ACTIONS: Readonly<Record<string, readonly ActionDefinition[]>> = {
  'apps/Deployment': DEPLOYMENT,
  'extensions/Deployment': DEPLOYMENT,
  'apps/StatefulSet': [restart, scale],
  'apps/DaemonSet': [restart],
  'extensions/DaemonSet': [restart],
  'batch/Job': JOB,
  'batch/CronJob': CRON_JOB,
  'argoproj.io/CronWorkflow': createWorkflow(workflowFromCron),
  'argoproj.io/WorkflowTemplate': createWorkflow(workflowFromTemplate),
  'argoproj.io/ClusterWorkflowTemplate': createWorkflow(workflowFromTemplate),
  'core.strimzi.io/StrimziPodSet': POD_SET,
};
