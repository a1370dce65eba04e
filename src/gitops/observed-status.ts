import { formatTime } from '../core/index.ts';
import { imagesOf } from '../kube/index.ts';
import type { KubeObject } from '../kube/index.ts';
import type { Application, ApplicationCondition, ApplicationStatus, HealthStatus } from './application.ts';
import { hasMultipleSources } from './application.ts';
import type { Remembered } from './application-memory.ts';
import { resourceStatuses } from './comparison.ts';
import type { Comparison } from './comparison.ts';
import { compareWith } from './evaluation.ts';
import type { Evaluation } from './evaluation.ts';
import { sharedCondition } from './shared.ts';
import type { SharedResource } from './shared.ts';
import { mergeConditions, mergeHealth, syncStatus } from './status.ts';

export interface Observation {
  readonly application: Application;
  readonly evaluation: Evaluation;
  readonly shared: readonly SharedResource[];
  readonly extra: readonly ApplicationCondition[];
  readonly now: number;
  readonly memory: Remembered;
  readonly home: string;
  readonly health: (live: KubeObject) => HealthStatus | undefined;
}

export interface Observed {
  /** Absent while something is wrong. */
  readonly comparison?: Comparison;
  readonly status: ApplicationStatus;
}

/** The status that says what is to be seen now. What an operation does is added by whoever runs it. */
export function observeStatus(observation: Observation): Observed {
  const { application, evaluation, shared, extra, now } = observation;
  const { name, cluster, desired } = evaluation;
  const found = [...evaluation.conditions, ...sharedCondition(name, shared), ...extra];
  const conditions = mergeConditions(application.status.conditions ?? [], found, now);
  const base: ApplicationStatus = {
    ...application.status,
    reconciledAt: formatTime(now),
    ...(conditions.length === 0 && application.status.conditions === undefined ? {} : { conditions }),
  };
  if (cluster === undefined || desired === undefined) return { status: unknownStatus(base, observation) };
  const comparison = compareWith(
    { application, cluster, desired: desired.state, memory: observation.memory },
    observation,
  );
  const { status } = comparison;
  const images = [...new Set(comparison.resources.flatMap(({ live }) => (live === undefined ? [] : imagesOf(live))))];
  const multiple = hasMultipleSources(application.spec);
  const [type = 'Directory'] = desired.types;
  return {
    comparison,
    status: {
      ...base,
      sync: syncStatus(application, { status, sources: evaluation.sources, revisions: evaluation.revisions }),
      health: mergeHealth(application.status.health, comparison.health, now),
      resources: resourceStatuses(comparison.resources),
      ...(multiple ? { sourceTypes: desired.types } : { sourceType: type }),
      summary: images.length === 0 ? {} : { images: images.sort() },
      controllerNamespace: application.status.controllerNamespace ?? application.metadata.namespace,
    },
  };
}

/** Nothing can be said about whether Git is reached; what runs goes on running, and is shown as it was last seen. */
function unknownStatus(base: ApplicationStatus, { application, evaluation, now }: Observation): ApplicationStatus {
  const { sources, revisions } = evaluation;
  const unreachable = evaluation.cluster === undefined;
  const before = application.status.health;
  const health = unreachable || before === undefined ? mergeHealth(before, { status: 'Unknown' }, now) : before;
  return { ...base, sync: syncStatus(application, { status: 'Unknown', sources, revisions }), health };
}
