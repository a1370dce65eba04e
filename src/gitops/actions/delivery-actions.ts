import type { KubeObject } from '../../kube/index.ts';
import { annotationOf, fieldAt, isTrue, replicasOf, timestamp, withAnnotation, withField } from './action.ts';
import type { ActionDefinition } from './action.ts';

function listAt(object: KubeObject, ...path: readonly string[]): readonly unknown[] {
  const found = fieldAt(object, ...path);
  return Array.isArray(found) ? found : [];
}

function isPromoted(rollout: KubeObject): boolean {
  const stable = fieldAt(rollout, 'status', 'stableRS');
  return stable !== undefined && stable === fieldAt(rollout, 'status', 'currentPodHash');
}

function isHeld(rollout: KubeObject): boolean {
  if (listAt(rollout, 'status', 'pauseConditions').length > 0) return true;
  return isTrue(rollout, 'status', 'verifyingPreview') || isTrue(rollout, 'spec', 'paused');
}

const steps = (rollout: KubeObject): readonly unknown[] => listAt(rollout, 'spec', 'strategy', 'canary', 'steps');
const currentStep = (rollout: KubeObject): number => Number(fieldAt(rollout, 'status', 'currentStepIndex') ?? 0);
const isAborted = (rollout: KubeObject): boolean => isTrue(rollout, 'status', 'abort');

function resumeRollout(rollout: KubeObject): KubeObject {
  const running = withField(rollout, ['status', 'pauseConditions'], undefined);
  return isTrue(rollout, 'spec', 'paused') ? withField(running, ['spec', 'paused'], false) : running;
}

function skipStep(rollout: KubeObject): KubeObject {
  if (currentStep(rollout) >= steps(rollout).length) return rollout;
  const running = withField(rollout, ['status', 'pauseConditions'], undefined);
  return withField(running, ['status', 'currentStepIndex'], currentStep(rollout) + 1);
}

const ROLLOUT: readonly ActionDefinition[] = [
  {
    name: 'restart',
    displayName: 'Restart Pods',
    run: (object, { now }) => withField(object, ['spec', 'restartAt'], timestamp(now)),
  },
  { name: 'resume', disabled: (object) => !isHeld(object), run: resumeRollout },
  {
    name: 'abort',
    disabled: (object) => isPromoted(object) || isAborted(object),
    run: (object) => withField(object, ['status', 'abort'], true),
  },
  {
    name: 'retry',
    disabled: (object) => isPromoted(object) || !isAborted(object),
    run: (object) => withField(object, ['status', 'abort'], undefined),
  },
  {
    name: 'promote-full',
    disabled: (object) =>
      isPromoted(object) ||
      isTrue(object, 'status', 'promoteFull') ||
      fieldAt(object, 'spec', 'strategy', 'canary') === undefined,
    run: (object) => withField(object, ['status', 'promoteFull'], true),
  },
  {
    name: 'skip-current-step',
    disabled: (object) => currentStep(object) >= steps(object).length,
    run: skipStep,
  },
  {
    name: 'pause',
    disabled: (object) => isTrue(object, 'spec', 'paused'),
    run: (object) => withField(object, ['spec', 'paused'], true),
  },
];

const ANALYSIS_RUN: readonly ActionDefinition[] = [
  {
    name: 'terminate',
    disabled: (object) =>
      isTrue(object, 'spec', 'terminate') ||
      /^(Successful|Failed|Error|Inconclusive)$/.test(String(fieldAt(object, 'status', 'phase'))),
    run: (object) => withField(object, ['spec', 'terminate'], true),
  },
];

const FORCE_SYNC = 'force-sync';

const REFRESH: readonly ActionDefinition[] = [
  {
    name: 'refresh',
    disabled: (object) => fieldAt(object, 'spec', 'refreshInterval') === '0s',
    run: (object, { now }) => withAnnotation(object, FORCE_SYNC, timestamp(now)),
  },
];
const PUSH: readonly ActionDefinition[] = [
  { name: 'push', run: (object, { now }) => withAnnotation(object, FORCE_SYNC, timestamp(now)) },
];

const isSuspended = (object: KubeObject): boolean => isTrue(object, 'spec', 'suspend');

const SUSPENDABLE: readonly ActionDefinition[] = [
  { name: 'suspend', disabled: isSuspended, run: (object) => withField(object, ['spec', 'suspend'], true) },
  {
    name: 'resume',
    disabled: (object) => !isSuspended(object),
    run: (object) => withField(object, ['spec', 'suspend'], false),
  },
];

const RECONCILABLE: readonly ActionDefinition[] = [
  {
    name: 'reconcile',
    disabled: isSuspended,
    run: (object, { now }) =>
      withAnnotation(object, 'reconcile.fluxcd.io/requestedAt', `By Argo CD at: ${now.toISOString().slice(0, 19)}`),
  },
  ...SUSPENDABLE,
];

const PAUSED = 'autoscaling.keda.sh/paused';
const PAUSED_REPLICAS = 'autoscaling.keda.sh/paused-replicas';
const PAUSE_ICON = 'fa fa-fw fa-pause-circle';
const PLAY_ICON = 'fa fa-fw fa-play-circle';

const isPausedScaler = (object: KubeObject): boolean => annotationOf(object, PAUSED) === 'true';
const holdsReplicas = (object: KubeObject): boolean => annotationOf(object, PAUSED_REPLICAS) !== undefined;

const pauseScaler: ActionDefinition = {
  name: 'pause',
  iconClass: PAUSE_ICON,
  disabled: (object) => isPausedScaler(object) || holdsReplicas(object),
  run: (object) => withAnnotation(object, PAUSED, 'true'),
};

const resumeScaler: ActionDefinition = {
  name: 'resume',
  iconClass: PLAY_ICON,
  disabled: (object) => !isPausedScaler(object) && !holdsReplicas(object),
  run: (object) => withAnnotation(withAnnotation(object, PAUSED, undefined), PAUSED_REPLICAS, undefined),
};

const SCALED_OBJECT: readonly ActionDefinition[] = [
  pauseScaler,
  {
    name: 'paused-replicas',
    iconClass: PAUSE_ICON,
    params: [{ name: 'replicas', default: '0' }],
    disabled: isPausedScaler,
    run: (object, request) => withAnnotation(object, PAUSED_REPLICAS, String(replicasOf(request, ' (must be >= 0)'))),
  },
  resumeScaler,
];

const SUSPENDABLE_WITH_ICONS: readonly ActionDefinition[] = [
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

const isPausedCluster = (object: KubeObject): boolean => isTrue(object, 'spec', 'pause');

const PERCONA: readonly ActionDefinition[] = [
  {
    name: 'pause',
    iconClass: PAUSE_ICON,
    disabled: isPausedCluster,
    run: (object) => withField(object, ['spec', 'pause'], true),
  },
  {
    name: 'unpause',
    iconClass: PLAY_ICON,
    disabled: (object) => !isPausedCluster(object),
    run: (object) => withField(object, ['spec', 'pause'], false),
  },
];

const FLUX = [
  'helm.toolkit.fluxcd.io/HelmRelease',
  'image.toolkit.fluxcd.io/ImageRepository',
  'image.toolkit.fluxcd.io/ImageUpdateAutomation',
  'kustomize.toolkit.fluxcd.io/Kustomization',
  'notification.toolkit.fluxcd.io/Receiver',
  'source.toolkit.fluxcd.io/Bucket',
  'source.toolkit.fluxcd.io/GitRepository',
  'source.toolkit.fluxcd.io/HelmChart',
  'source.toolkit.fluxcd.io/HelmRepository',
  'source.toolkit.fluxcd.io/OCIRepository',
];

/** Actions of rollouts, of Flux, KEDA, External Secrets and databases, by `group/Kind`. */
export const DELIVERY_ACTIONS: Readonly<Record<string, readonly ActionDefinition[]>> = {
  'argoproj.io/Rollout': ROLLOUT,
  'argoproj.io/AnalysisRun': ANALYSIS_RUN,
  'external-secrets.io/ExternalSecret': REFRESH,
  'external-secrets.io/PushSecret': PUSH,
  ...Object.fromEntries(FLUX.map((kind) => [kind, RECONCILABLE])),
  'notification.toolkit.fluxcd.io/Alert': SUSPENDABLE,
  'notification.toolkit.fluxcd.io/Provider': SUSPENDABLE,
  'keda.sh/ScaledObject': SCALED_OBJECT,
  'keda.sh/ScaledJob': [pauseScaler, resumeScaler],
  'k8s.mariadb.com/MariaDB': SUSPENDABLE_WITH_ICONS,
  'psmdb.percona.com/PerconaServerMongoDB': PERCONA,
  'pxc.percona.com/PerconaXtraDBCluster': PERCONA,
  'ps.percona.com/PerconaServerMySQL': PERCONA,
  'pgv2.percona.com/PerconaPGCluster': PERCONA,
  'promoter.argoproj.io/PullRequest': [
    {
      name: 'merge',
      iconClass: 'fa fa-fw fa-code-merge',
      displayName: 'Merge PR',
      disabled: (object) => fieldAt(object, 'spec', 'state') !== 'open',
      run: (object) => withField(object, ['spec', 'state'], 'merged'),
    },
  ],
};
