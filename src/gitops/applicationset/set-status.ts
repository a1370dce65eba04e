import { formatTime } from '../../core/index.ts';
import type { JsonObject } from '../../core/index.ts';
import type { KubeObject } from '../../kube/index.ts';
import { ARGO_GROUP, ARGO_VERSION } from '../application.ts';
import type { ApplicationStatus } from '../application.ts';
import { mergePatch } from '../merge-patch.ts';
import type { ApplicationSet, ApplicationSetCondition, RolloutStatus } from './application-set.ts';

type Reported = Omit<ApplicationSetCondition, 'lastTransitionTime'>;

export interface Problem {
  readonly reason: string;
  readonly message: string;
  /** Whether the parameters are known all the same. */
  readonly parametersGenerated: boolean;
}

const MAX_MESSAGE = 4_096;
const GENERATED = 'Successfully generated parameters for all Applications';

/** The conditions that upstream writes. */
export function conditionsOf(problem: Problem | undefined): readonly Reported[] {
  if (problem === undefined) {
    return [
      { type: 'ErrorOccurred', status: 'False', reason: 'ApplicationSetUpToDate', message: GENERATED },
      { type: 'ParametersGenerated', status: 'True', reason: 'ParametersGenerated', message: GENERATED },
      {
        type: 'ResourcesUpToDate',
        status: 'True',
        reason: 'ApplicationSetUpToDate',
        message: 'ApplicationSet up to date',
      },
    ];
  }
  const { reason, parametersGenerated } = problem;
  const message = problem.message.slice(0, MAX_MESSAGE);
  return [
    { type: 'ErrorOccurred', status: 'True', reason, message },
    parametersGenerated
      ? { type: 'ParametersGenerated', status: 'True', reason: 'ParametersGenerated', message: GENERATED }
      : { type: 'ParametersGenerated', status: 'False', reason: 'ErrorOccurred', message },
    { type: 'ResourcesUpToDate', status: 'False', reason, message },
  ];
}

/** Parameters are known and nothing is wrong, but not everything is as the set says, and is not yet to be. */
export function pendingConditions(reason: string, message: string): readonly Reported[] {
  const [error, parameters] = conditionsOf(undefined);
  const pending: Reported = {
    type: 'ResourcesUpToDate',
    status: 'False',
    reason,
    message: message.slice(0, MAX_MESSAGE),
  };
  return [...(error === undefined ? [] : [error]), ...(parameters === undefined ? [] : [parameters]), pending];
}

export function rolloutCondition(statuses: readonly RolloutStatus[]): Reported {
  const open = statuses.filter(({ status }) => status !== 'Healthy').map(({ step }) => Number(step));
  if (open.length === 0) {
    return {
      type: 'RolloutProgressing',
      status: 'False',
      reason: 'ApplicationSetRolloutComplete',
      message: 'ApplicationSet Rollout has completed',
    };
  }
  const message = `ApplicationSet is performing rollout of step ${Math.min(...open)}`;
  return { type: 'RolloutProgressing', status: 'True', reason: 'ApplicationSetModified', message };
}

export interface SetReport {
  readonly conditions: readonly Reported[];
  readonly applications: readonly KubeObject[];
  /** Absent where the set does not roll out in steps. */
  readonly rollout?: readonly RolloutStatus[];
  readonly now: number;
}

/** The merge patch of a set's status; undefined when nothing has changed. */
export function setStatusPatch({ status = {} }: ApplicationSet, report: SetReport): JsonObject | undefined {
  const { conditions = [], applicationStatus, resources } = status;
  const count = (status as { readonly resourcesCount?: number }).resourcesCount;
  const before = {
    conditions,
    ...(resources === undefined ? {} : { resources }),
    ...(count === undefined ? {} : { resourcesCount: count }),
    ...(applicationStatus === undefined ? {} : { applicationStatus }),
  };
  const found = resourcesOf(report.applications);
  const after = {
    conditions: timed(conditions, report),
    ...(found.length === 0 && resources === undefined ? {} : { resources: found, resourcesCount: found.length }),
    ...(report.rollout === undefined ? {} : { applicationStatus: report.rollout }),
  };
  const patch = mergePatch(before as unknown as JsonObject, after as unknown as JsonObject);
  return Object.keys(patch).length === 0 ? undefined : { status: patch };
}

/** A condition that says what it said before keeps its time. */
function timed(
  before: readonly ApplicationSetCondition[],
  { conditions, now }: SetReport,
): readonly ApplicationSetCondition[] {
  return conditions
    .map((condition) => {
      const same = before.find(
        ({ type, status, reason, message }) =>
          type === condition.type &&
          status === condition.status &&
          reason === condition.reason &&
          message === condition.message,
      );
      return { ...condition, lastTransitionTime: same?.lastTransitionTime ?? formatTime(now) };
    })
    .sort((a, b) => (a.type < b.type ? -1 : 1));
}

function resourcesOf(applications: readonly KubeObject[]): readonly JsonObject[] {
  return applications
    .map((object) => {
      const { sync, health } = (object['status'] ?? {}) as ApplicationStatus;
      const { name = '', namespace = '' } = object.metadata;
      return {
        group: ARGO_GROUP,
        version: ARGO_VERSION,
        kind: 'Application',
        name,
        namespace,
        ...(sync === undefined ? {} : { status: sync.status }),
        ...(health === undefined ? {} : { health: { ...health } }),
      };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
