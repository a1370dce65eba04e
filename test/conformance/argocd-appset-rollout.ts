import type { ApplicationSet, RolloutStatus } from '../../src/gitops/applicationset/application-set.ts';
import {
  appsToSync,
  isDeletionReversed,
  isRollingSync,
  observeRollout,
  planRollout,
  releaseWaiting,
  withRolloutSync,
} from '../../src/gitops/applicationset/rollout.ts';
import type { RolloutApplication } from '../../src/gitops/applicationset/rollout.ts';
import { checkExpectations } from './recorded-call.ts';
import type { Expectation, Verdict } from './recorded-call.ts';

interface Args {
  readonly applicationSet?: ApplicationSet;
  readonly applications?: readonly RolloutApplication[] | null;
  readonly currentApplications?: readonly RolloutApplication[];
  readonly desiredApplications?: readonly RolloutApplication[] | null;
  readonly appsByStep?: readonly (readonly string[])[];
  readonly appsToSync?: Readonly<Record<string, boolean>>;
  readonly stepOfApp?: Readonly<Record<string, number>> | null;
  readonly application?: RolloutApplication;
  readonly prune?: boolean;
}

interface RecordedCall {
  readonly function: string;
  readonly args: Args;
  readonly expect: readonly Expectation[];
}

const NOW = Date.parse('2026-01-01T12:00:00Z');
const NO_SET = { spec: {} } as ApplicationSet;

/** Times relative to the moment of the test, as times. */
function withTimes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withTimes);
  if (value === null || typeof value !== 'object') return value;
  const seconds = (value as { $now?: number }).$now;
  if (typeof seconds === 'number') return new Date(NOW + 1000 * seconds).toISOString();
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withTimes(member)]));
}

/** Upstream's tests do not assert when a status changed. */
function undated(statuses: readonly RolloutStatus[]): readonly unknown[] {
  return statuses.map(({ lastTransitionTime: _, ...status }) => status);
}

const now = new Date(NOW).toISOString();

const FUNCTIONS: Readonly<Record<string, (args: Args) => unknown>> = {
  buildAppDependencyList: ({ applicationSet = NO_SET, applications }) =>
    planRollout(applicationSet, applications ?? []),
  getAppsToSync: ({ applicationSet = NO_SET, appsByStep = [], currentApplications = [] }) => ({
    appsToSync: appsToSync(applicationSet, { appsByStep }, currentApplications),
  }),
  IsRollingSyncStrategy: ({ applicationSet = NO_SET }) => ({ result: isRollingSync(applicationSet) }),
  IsDeletionOrderReversed: ({ applicationSet = NO_SET }) => ({ result: isDeletionReversed(applicationSet) }),
  syncApplication: ({ application, prune = false }) => ({
    application: application === undefined ? undefined : withRolloutSync(application, prune),
  }),
  UpdateApplicationSetApplicationStatus: ({
    applicationSet = NO_SET,
    applications,
    desiredApplications,
    stepOfApp = null,
  }) => ({
    error: null,
    statuses: undated(
      observeRollout(applications ?? [], { set: applicationSet, desired: desiredApplications ?? [], stepOfApp, now }),
    ),
  }),
  UpdateApplicationSetApplicationStatusProgress: ({ applicationSet = NO_SET, appsToSync: allowed, stepOfApp }) => ({
    error: null,
    statuses: undated(releaseWaiting(applicationSet, { appsToSync: allowed ?? {}, stepOfApp: stepOfApp ?? {}, now })),
  }),
};

/** How a rolling sync goes from step to step. */
export async function run(testCase: RecordedCall): Promise<Verdict> {
  const work = FUNCTIONS[testCase.function];
  if (work === undefined) return { skipped: `nothing of ours has the job of ${testCase.function}` };
  const complaints = await checkExpectations(work(withTimes(testCase.args) as Args), testCase.expect);
  return complaints.length === 0 ? { passed: true } : { passed: false, complaints };
}
