import type { KubeObject } from '../../src/kube/index.ts';
import { annotationValues, hasOption, optionValue } from '../../src/gitops/annotations.ts';
import type { SyncPhase } from '../../src/gitops/application.ts';
import { deletePolicies, hookTypes, isHook, isSkipped, syncPhases, waveOf } from '../../src/gitops/hooks.ts';
import type { HookDeletePolicy } from '../../src/gitops/hooks.ts';
import { sortTasks } from '../../src/gitops/sync-order.ts';
import { isMultiStep } from '../../src/gitops/sync-pass.ts';
import { deletesBeforeCreation, hasDeletePolicy, naturalWave } from '../../src/gitops/sync-task.ts';
import type { SyncTask } from '../../src/gitops/sync-task.ts';
import { checkExpectations } from './recorded-call.ts';
import type { Expectation, Verdict } from './recorded-call.ts';

interface RecordedTask {
  readonly phase?: SyncPhase;
  readonly targetObj?: Partial<KubeObject>;
  readonly liveObj?: Partial<KubeObject>;
  readonly operationState?: SyncTask['hookPhase'];
}

interface Args {
  readonly object?: Partial<KubeObject>;
  readonly key?: string;
  readonly value?: string;
  readonly task?: RecordedTask;
  readonly tasks?: readonly RecordedTask[];
  readonly policy?: HookDeletePolicy;
}

interface RecordedCall {
  readonly function: string;
  readonly args: Args;
  readonly expect: readonly Expectation[];
}

function complete(object: Partial<KubeObject> = {}): KubeObject {
  const recorded = object as { GroupVersion?: string };
  return {
    ...object,
    apiVersion: object.apiVersion ?? recorded.GroupVersion ?? '',
    kind: object.kind ?? '',
    metadata: object.metadata ?? {},
  };
}

function toTask({
  phase = 'Sync',
  targetObj,
  liveObj,
  operationState,
}: RecordedTask): SyncTask & { readonly recorded: RecordedTask } {
  const pair = {
    ...(targetObj === undefined ? {} : { target: complete(targetObj) }),
    ...(liveObj === undefined ? {} : { live: complete(liveObj) }),
  };
  const recorded = {
    ...(phase === 'Sync' ? {} : { phase }),
    ...(targetObj === undefined ? {} : { targetObj }),
    ...(liveObj === undefined ? {} : { liveObj }),
  };
  const state = operationState === undefined ? {} : { hookPhase: operationState };
  return { ...pair, ...state, phase, wave: naturalWave(pair), skipDryRun: false, recorded };
}

function sorted(tasks: readonly RecordedTask[] = []): readonly (SyncTask & { readonly recorded: RecordedTask })[] {
  return sortTasks(tasks.map(toTask)) as readonly (SyncTask & { readonly recorded: RecordedTask })[];
}

const none = <T>(values: readonly T[]): readonly T[] | null => (values.length === 0 ? null : values);

const FUNCTIONS: Readonly<Record<string, (args: Args) => unknown>> = {
  IsHook: ({ object }) => isHook(complete(object)),
  'helm.IsHook': ({ object }) => isHook(complete(object)),
  Skip: ({ object }) => isSkipped(complete(object)),
  Types: ({ object }) => none(hookTypes(complete(object))),
  'helm.DeletePolicies': ({ object }) =>
    object?.metadata?.annotations?.['helm.sh/hook-delete-policy'] === undefined
      ? null
      : deletePolicies(complete(object)).map(helmSpelling),
  HasAnnotationOption: ({ object, key = '', value = '' }) => hasOption(complete(object), key, value),
  GetAnnotationCSVs: ({ object, key = '' }) => annotationValues(complete(object), key),
  GetAnnotationOptionValue: ({ object, key = '' }) => optionValue(complete(object), key, 'bar') ?? null,
  syncPhases: ({ object }) => syncPhases(complete(object)),
  Wave: ({ object }) => waveOf(complete(object)),
  'syncTask.hookType': ({ task = {} }) => (isHook(complete(task.targetObj ?? task.liveObj)) ? task.phase : ''),
  'syncTask.hasHookDeletePolicy': ({ task = {}, policy = 'BeforeHookCreation' }) =>
    hasDeletePolicy(toTask(task), policy),
  'syncTask.deleteBeforeCreation': ({ task = {} }) => deletesBeforeCreation(toTask(task)),
  'syncTask.wave': ({ task = {} }) => toTask(task).wave,
  'syncTasks.phase': ({ tasks }) => sorted(tasks)[0]?.phase,
  'syncTasks.wave': ({ tasks }) => sorted(tasks)[0]?.wave,
  'syncTasks.lastPhase': ({ tasks }) => sorted(tasks).at(-1)?.phase,
  'syncTasks.lastWave': ({ tasks }) => sorted(tasks).at(-1)?.wave,
  'syncTasks.multiStep': ({ tasks }) => isMultiStep(sorted(tasks)),
};

function helmSpelling(policy: HookDeletePolicy): string {
  return policy.replace(/(?<!^)[A-Z]/g, '-$&').toLowerCase();
}

/** Upstream's small parts of a sync: hooks, phases, waves, order. */
export async function run(testCase: RecordedCall): Promise<Verdict> {
  const { function: name, args, expect } = testCase;
  const work = FUNCTIONS[name];
  if (name === 'syncTasks.Sort') {
    const given = { sorted: sorted(args.tasks).map(({ recorded }) => recorded) };
    return verdict(await checkExpectations(given, expect));
  }
  if (work === undefined) return { skipped: `nothing of ours has the job of ${name}` };
  return verdict(await checkExpectations({ result: work(args) }, expect));
}

function verdict(complaints: readonly string[]): Verdict {
  return complaints.length === 0 ? { passed: true } : { passed: false, complaints };
}
