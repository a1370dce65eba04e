import type { KubeObject } from '../../kube/index.ts';
import { ActionError, annotationOf, fieldAt, timestamp, withAnnotation, withField } from './action.ts';
import type { ActionDefinition } from './action.ts';

const ICON = 'fa-solid fa-fw fa-';
const STRATEGIES = 'numaflow.numaproj.io/allowed-resume-strategies';
const STRATEGY = 'numaflow.numaproj.io/resume-strategy';
const UPGRADE_STATE = 'numaplane.numaproj.io/upgrade-state';
const FORCE_PROMOTE = 'numaplane.numaproj.io/force-promote';

const label = (object: KubeObject, name: string): string | undefined => object.metadata.labels?.[name];

function isOwnedBy(object: KubeObject, kind: string): boolean {
  return (object.metadata.ownerReferences ?? []).some((owner) => owner.kind === kind);
}

function isPaused(object: KubeObject, ...path: readonly string[]): boolean {
  return fieldAt(object, 'spec', ...path, 'lifecycle', 'desiredPhase') === 'Paused';
}

/** Which ways of resuming the pipeline says that it can take; the gradual one when it says nothing. */
function allows(object: KubeObject, speed: 'slow' | 'fast'): boolean {
  const allowed = fieldAt(object, 'spec', 'metadata', 'annotations', STRATEGIES);
  return (typeof allowed === 'string' ? allowed : 'slow').split(', ').includes(speed);
}

function resume(object: KubeObject, speed: 'slow' | 'fast'): KubeObject {
  const running = withField(object, ['spec', 'lifecycle', 'desiredPhase'], 'Running');
  return withAnnotation(running, STRATEGY, speed);
}

/** @param rollout the kind that takes these decisions where it owns the object */
function pausable(rollout: string): readonly ActionDefinition[] {
  const owned = (object: KubeObject): boolean => isOwnedBy(object, rollout);
  return [
    {
      name: 'pause',
      iconClass: `${ICON}pause`,
      disabled: (object) => isPaused(object) || (owned(object) && !isRecyclable(object)),
      run: (object) => withField(object, ['spec', 'lifecycle', 'desiredPhase'], 'Paused'),
    },
    {
      name: 'unpause-gradual',
      iconClass: `${ICON}play`,
      displayName: 'Unpause (gradual)',
      disabled: (object) => !isPaused(object) || owned(object) || !allows(object, 'slow'),
      run: (object) => resume(object, 'slow'),
    },
    {
      name: 'unpause-fast',
      iconClass: `${ICON}play`,
      displayName: 'Unpause (fast)',
      disabled: (object) => !isPaused(object) || owned(object) || !allows(object, 'fast'),
      run: (object) => resume(object, 'fast'),
    },
  ];
}

const forcePromote: ActionDefinition = {
  name: 'force-promote',
  iconClass: `${ICON}forward`,
  displayName: 'Force Promote',
  disabled: (object) =>
    !/^(in-progress|trial)$/.test(label(object, UPGRADE_STATE) ?? '') || label(object, FORCE_PROMOTE) === 'true',
  run: (object) => withField(object, ['metadata', 'labels', FORCE_PROMOTE], 'true'),
};

function isRecyclable(object: KubeObject): boolean {
  return /^recyclable(-expired)?$/.test(label(object, UPGRADE_STATE) ?? '');
}

const deletePipeline: ActionDefinition = {
  name: 'delete',
  iconClass: `${ICON}trash`,
  displayName: 'Delete',
  disabled: (object) => !isRecyclable(object),
  operation: 'delete',
  run: (object) => object,
};

function rolloutActions(part: string): readonly ActionDefinition[] {
  const phase = ['spec', part, 'spec', 'lifecycle', 'desiredPhase'];
  const paused = (object: KubeObject): boolean => isPaused(object, part, 'spec');
  const unpause = (object: KubeObject, fast: boolean): KubeObject =>
    withField(withField(object, phase, 'Running'), ['spec', 'strategy', 'pauseResume', 'fastResume'], fast);
  return [
    { name: 'pause', iconClass: `${ICON}pause`, disabled: paused, run: (object) => withField(object, phase, 'Paused') },
    {
      name: 'unpause-gradual',
      iconClass: `${ICON}play`,
      displayName: 'Unpause (gradual)',
      disabled: (object) => !paused(object),
      run: (object) => unpause(object, false),
    },
    {
      name: 'unpause-fast',
      iconClass: `${ICON}play`,
      displayName: 'Unpause (fast)',
      disabled: (object) => !paused(object),
      run: (object) => unpause(object, true),
    },
  ];
}

const DATA_LOSS = 'numaplane.numaproj.io/allow-data-loss';

const PIPELINE_ROLLOUT: readonly ActionDefinition[] = [
  ...rolloutActions('pipeline'),
  {
    name: 'allow-data-loss',
    displayName: 'Allow (Possible) Data Loss',
    iconClass: `${ICON}unlock`,
    disabled: (object) => fieldAt(object, 'status', 'upgradeInProgress') !== 'PipelinePauseAndDrain',
    run: (object) => withAnnotation(object, DATA_LOSS, 'true'),
  },
  {
    name: 'disallow-data-loss',
    displayName: 'Disallow Data Loss',
    iconClass: `${ICON}lock`,
    disabled: (object) => annotationOf(object, DATA_LOSS) !== 'true',
    run: (object) => withAnnotation(object, DATA_LOSS, 'false'),
  },
];

const RECONCILIATION = 'cnpg.io/reconciliationLoop';
const HIBERNATION = 'cnpg.io/hibernation';

const isLoopDisabled = (object: KubeObject): boolean => annotationOf(object, RECONCILIATION) === 'disabled';
const isHibernated = (object: KubeObject): boolean => annotationOf(object, HIBERNATION) === 'on';

function healthyInstances(object: KubeObject): readonly unknown[] {
  const found = fieldAt(object, 'status', 'instancesStatus', 'healthy');
  return Array.isArray(found) ? found : [];
}

function promote(cluster: KubeObject, wanted: string): KubeObject {
  const primary = fieldAt(cluster, 'status', 'currentPrimary');
  const candidates = healthyInstances(cluster).filter((instance) => instance !== primary);
  const chosen = wanted === 'any' ? candidates[0] : candidates.find((candidate) => matches(candidate, wanted));
  if (chosen === undefined) throw new ActionError(`Could not find a healthy instance: ${wanted}`);
  return withField(cluster, ['status', 'targetPrimary'], chosen);
}

function matches(candidate: unknown, wanted: string): boolean {
  return candidate === wanted || String(candidate).endsWith(`-${wanted}`);
}

const POSTGRES: readonly ActionDefinition[] = [
  {
    name: 'restart',
    iconClass: 'fa fa-fw fa-recycle',
    displayName: 'Rollout restart Cluster',
    run: (object, { now }) => withAnnotation(object, 'kubectl.kubernetes.io/restartedAt', timestamp(now)),
  },
  {
    name: 'reload',
    iconClass: 'fa fa-fw fa-rotate-right',
    displayName: 'Reload all Configuration',
    run: (object, { now }) => withAnnotation(object, 'cnpg.io/reloadedAt', timestamp(now)),
  },
  {
    name: 'promote',
    iconClass: 'fa fa-fw fa-angles-up',
    displayName: 'Promote Replica to Primary',
    params: [{ name: 'instance', default: 'any' }],
    disabled: (object) => healthyInstances(object).length < 2,
    run: (object, { parameters, now }) =>
      withField(
        promote(object, parameters?.['instance'] ?? 'any'),
        ['status', 'targetPrimaryTimestamp'],
        timestamp(now),
      ),
  },
  {
    name: 'resume',
    iconClass: 'fa fa-fw fa-play',
    displayName: 'Resume Reconciliation',
    offered: isLoopDisabled,
    run: (object) => withAnnotation(object, RECONCILIATION, undefined),
  },
  {
    name: 'suspend',
    iconClass: 'fa fa-fw fa-pause',
    displayName: 'Suspend Reconciliation',
    offered: (object) => !isLoopDisabled(object),
    run: (object) => withAnnotation(object, RECONCILIATION, 'disabled'),
  },
  {
    name: 'rehydrate',
    iconClass: 'fa fa-fw fa-play',
    displayName: 'Rehydrate Cluster',
    offered: isHibernated,
    run: (object) => withAnnotation(object, HIBERNATION, 'off'),
  },
  {
    name: 'hibernate',
    iconClass: 'fa fa-fw fa-pause',
    displayName: 'Hibernate Cluster',
    offered: (object) => !isHibernated(object),
    run: (object) => withAnnotation(object, HIBERNATION, 'on'),
  },
];

/** Actions of data pipelines and of PostgreSQL clusters, by `group/Kind`. */
export const PIPELINE_ACTIONS: Readonly<Record<string, readonly ActionDefinition[]>> = {
  'numaflow.numaproj.io/Pipeline': [...pausable('PipelineRollout'), forcePromote, deletePipeline],
  'numaflow.numaproj.io/MonoVertex': [...pausable('MonoVertexRollout'), forcePromote],
  'numaflow.numaproj.io/InterStepBufferService': [forcePromote],
  'numaplane.numaproj.io/PipelineRollout': PIPELINE_ROLLOUT,
  'numaplane.numaproj.io/MonoVertexRollout': rolloutActions('monoVertex'),
  'postgresql.cnpg.io/Cluster': POSTGRES,
};
