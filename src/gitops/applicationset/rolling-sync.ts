import { formatTime } from '../../core/index.ts';
import type { KubeObject } from '../../kube/index.ts';
import type { ApplicationSet, RolloutStatus } from './application-set.ts';
import { appsToSync, observeRollout, planRollout, releaseWaiting, withRolloutSync } from './rollout.ts';
import type { RolloutApplication } from './rollout.ts';

/** Times are written in whole seconds, and a sync must have begun later than its Application was let go. */
const SETTLE_MS = 1_000;

export interface RollingQuestion {
  readonly set: ApplicationSet;
  readonly desired: readonly KubeObject[];
  readonly owned: readonly KubeObject[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface RollingStep {
  readonly statuses: readonly RolloutStatus[];
  /** What is desired, none of it syncing by itself, some of it told to sync now. */
  readonly desired: readonly KubeObject[];
  readonly again?: number;
}

/** Takes a rolling sync one step further. */
export function stepRollout({ set, desired, owned, now }: RollingQuestion): RollingStep {
  const time = formatTime(now);
  const { appsByStep, stepOfApp } = planRollout(set, desired);
  const current = owned as readonly RolloutApplication[];
  const observed = observeRollout(current, {
    set,
    desired: desired,
    stepOfApp,
    now: time,
  });
  const seen = withStatuses(set, observed);
  const allowed = appsToSync(seen, { appsByStep }, current);
  const statuses = releaseWaiting(seen, { appsToSync: allowed, stepOfApp, now: time });
  const moved = JSON.stringify(statuses) !== JSON.stringify(set.status?.applicationStatus ?? []);
  const pending = new Map(
    statuses.filter(({ status }) => status === 'Pending').map((status) => [status.application, status]),
  );
  const live = new Map(owned.map((object) => [object.metadata.name ?? '', object as RolloutApplication]));
  const settled = ({ lastTransitionTime }: RolloutStatus): boolean =>
    Date.parse(lastTransitionTime ?? '') + SETTLE_MS < now;
  return {
    statuses,
    desired: desired.map((object) => {
      const name = object.metadata.name ?? '';
      const status = pending.get(name);
      const tells = status !== undefined && settled(status) && !isUnderWay(live.get(name), status);
      return withoutAutomation(object, tells);
    }),
    // one step a look: what has moved may move on
    ...(moved || [...pending.values()].some((status) => !settled(status)) ? { again: SETTLE_MS + 1 } : {}),
  };
}

function withStatuses(set: ApplicationSet, applicationStatus: readonly RolloutStatus[]): ApplicationSet {
  return { ...set, status: { ...set.status, applicationStatus } };
}

function isUnderWay(live: RolloutApplication | undefined, { lastTransitionTime }: RolloutStatus): boolean {
  if (live === undefined) return false;
  const started = Date.parse(live.status?.operationState?.startedAt ?? '');
  return (live['operation'] ?? undefined) !== undefined || started > Date.parse(lastTransitionTime ?? '');
}

interface Automation {
  readonly prune?: boolean;
  readonly enabled?: boolean | null;
}

function withoutAutomation(object: KubeObject, tells: boolean): KubeObject {
  const spec = object['spec'] as { readonly syncPolicy?: { readonly automated?: Automation | null } | null };
  const automated = spec.syncPolicy?.automated;
  if (automated === undefined || automated === null || automated.enabled === false) {
    return tells ? withRolloutSync(object, false) : object;
  }
  const manual = {
    ...object,
    spec: { ...spec, syncPolicy: { ...spec.syncPolicy, automated: { ...automated, enabled: false } } },
  } as RolloutApplication;
  return tells ? withRolloutSync(manual, automated.prune ?? false) : manual;
}
