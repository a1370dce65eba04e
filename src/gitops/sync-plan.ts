import { AppError, messageOf } from '../core/index.ts';
import { getPath } from '../kube/index.ts';
import type { ApiResource, KubeObject } from '../kube/index.ts';
import { ANNOTATION, HOOK_FINALIZER, hasSyncOption } from './annotations.ts';
import type { ResourceResult, SyncPhase } from './application.ts';
import { isHook, syncPhases } from './hooks.ts';
import { definedKind, reversePruneWaves, sortTasks } from './sync-order.ts';
import { identity, naturalWave, objectOf, resourceKey, resultKey, taskKey } from './sync-task.ts';
import type { ResourcePair, SyncTask } from './sync-task.ts';
import type { SyncSettings } from './sync-options.ts';

/** Everything a sync decides from. */
export interface SyncInput {
  readonly resources: readonly ResourcePair[];
  readonly hooks: readonly KubeObject[];
  /** Of objects that name none. */
  readonly namespace: string;
  readonly revision: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Names this try of the operation; a hook that carries it was created by an earlier pass of the same try. @default none */
  readonly attempt?: string;
  readonly settings: SyncSettings;
  /** What earlier passes of the same operation did. */
  readonly results: readonly ResourceResult[];
  /** The namespace to create, when it has to be. */
  readonly createNamespace?: ResourcePair;
}

/** What the planner asks of the cluster and the project; both answer from memory or by discovery. */
export interface PlanLookup {
  /** The kind as served; undefined when the cluster does not serve it. */
  readonly resourceFor: (object: KubeObject) => Promise<ApiResource | undefined>;
  /** Why the project refuses the object, if it does. */
  readonly refusal: (object: KubeObject, resource: ApiResource) => string | undefined;
  readonly live: (object: KubeObject) => KubeObject | undefined;
}

export interface SyncPlan {
  /** In the order in which they run. */
  readonly tasks: readonly SyncTask[];
  /** Tasks that may not or cannot run, with the reason; the sync fails without doing anything when there is one. */
  readonly invalid: readonly { readonly task: SyncTask; readonly reason: string }[];
}

/** Every task of the sync, in order, with what is already known of each. Pure apart from `lookup`. */
export async function planSync(input: SyncInput, lookup: PlanLookup): Promise<SyncPlan> {
  const drafts = [...namespaceTask(input), ...resourceTasks(input), ...hookTasks(input)];
  const context = contextOf(drafts, input, lookup);
  const checked: Checked[] = [];
  for (const task of drafts) checked.push(await check(task, context));
  const unique = [...new Map(checked.map((one) => [taskKey(one.task), one])).values()];
  const invalid = unique.flatMap(({ task, reason }) => (reason === undefined ? [] : [{ task, reason }]));
  const pruned = reversePruneWaves(
    unique.map(({ task }) => task),
    (task) => input.settings.pruneLast || hasSyncOption(task.live, 'PruneLast=true'),
  );
  return { tasks: withResults(sortTasks(pruned), input.results), invalid };
}

function draft(pair: ResourcePair, phase: SyncPhase): SyncTask {
  return { ...pair, phase, wave: naturalWave(pair), skipDryRun: false };
}

function namespaceTask({ createNamespace }: SyncInput): readonly SyncTask[] {
  return createNamespace === undefined ? [] : [draft(createNamespace, 'PreSync')];
}

function resourceTasks(input: SyncInput): readonly SyncTask[] {
  const selected = input.settings.selection;
  return input.resources
    .filter((pair) => !isHook(objectOf(pair)) && (selected === undefined || selected(objectOf(pair))))
    .flatMap((pair) => syncPhases(objectOf(pair)).map((phase) => draft(pair, phase)));
}

function hookTasks(input: SyncInput): readonly SyncTask[] {
  if (input.settings.skipHooks) return [];
  return input.hooks.flatMap((hook) =>
    syncPhases(hook).map((phase) => draft({ target: markedHook(namedHook(hook, phase, input), phase, input) }, phase)),
  );
}

/** The hook with the try that creates it: a pass that is repeated must not run it a second time. */
function markedHook(hook: KubeObject, phase: SyncPhase, { attempt }: SyncInput): KubeObject {
  if (attempt === undefined) return hook;
  const annotations = { ...hook.metadata.annotations, [ANNOTATION.hookAttempt]: `${attempt} ${phase}` };
  return { ...hook, metadata: { ...hook.metadata, annotations } };
}

/** A hook with `generateName` gets a name that is the same in every pass of the operation. */
function namedHook(hook: KubeObject, phase: SyncPhase, input: SyncInput): KubeObject {
  const finalizers = [...new Set([...(hook.metadata.finalizers ?? []), HOOK_FINALIZER])];
  const { generateName, ...metadata } = hook.metadata;
  if (metadata.name !== undefined && metadata.name !== '') return { ...hook, metadata: { ...metadata, finalizers } };
  const revision = input.revision.length >= 8 ? input.revision.slice(0, 7) : input.revision;
  const suffix = `${revision}-${phase}-${Math.floor(input.startedAt / 1000)}`.toLowerCase();
  return { ...hook, metadata: { ...metadata, name: `${generateName ?? ''}${suffix}`, finalizers } };
}

interface PlanContext {
  readonly input: SyncInput;
  readonly lookup: PlanLookup;
  /** Kinds that this sync itself defines, with whether they live in namespaces. */
  readonly definitions: ReadonlyMap<string, boolean>;
  readonly known: ReadonlyMap<string, KubeObject>;
}

function contextOf(drafts: readonly SyncTask[], input: SyncInput, lookup: PlanLookup): PlanContext {
  const definitions = drafts.flatMap(({ target }) => {
    const kind = target === undefined ? undefined : definedKind(target);
    return kind === undefined ? [] : [[kind, getPath(target, 'spec', 'scope') !== 'Cluster'] as const];
  });
  const known = input.resources.flatMap(({ live }) => (live === undefined ? [] : [[resourceKey(live), live] as const]));
  return { input, lookup, definitions: new Map(definitions), known: new Map(known) };
}

interface Checked {
  readonly task: SyncTask;
  /** Why the task may not run. */
  readonly reason?: string;
}

async function check(task: SyncTask, context: PlanContext): Promise<Checked> {
  const { group, kind } = identity(objectOf(task));
  const found = await find(objectOf(task), context.lookup);
  if (typeof found === 'string') return { task, reason: found };
  const resource = found;
  const namespaced = resource?.namespaced ?? context.definitions.get(`${group}/${kind}`) ?? true;
  const placed = withLive(scoped(task, namespaced ? context.input.namespace : undefined), context);
  if (resource !== undefined) {
    const reason = context.lookup.refusal(objectOf(placed), resource);
    return reason === undefined ? { task: placed } : { task: placed, reason };
  }
  const expected =
    context.definitions.has(`${group}/${kind}`) ||
    context.input.settings.skipDryRunOnMissingResource ||
    hasSyncOption(task.target, 'SkipDryRunOnMissingResource=true');
  if (expected) return { task: { ...placed, skipDryRun: true } };
  return { task: placed, reason: missingKind(objectOf(placed)) };
}

/** The kind as served, or why the cluster would not say. @throws what is worth another try */
async function find(object: KubeObject, lookup: PlanLookup): Promise<ApiResource | string | undefined> {
  try {
    return await lookup.resourceFor(object);
  } catch (error) {
    if (error instanceof AppError && error.retryable) throw error;
    return messageOf(error);
  }
}

function missingKind(object: KubeObject): string {
  const { group, version, kind, namespace, name } = identity(object);
  return `The cluster does not serve ${group === '' ? 'core' : group}/${version} ${kind}, asked for by ${namespace}/${name}: install its CustomResourceDefinition first`;
}

/** @param namespace of a namespaced kind that names none; undefined for a cluster-scoped kind */
function scoped(task: SyncTask, namespace: string | undefined): SyncTask {
  if (task.target === undefined) return task;
  const { namespace: own = '', ...metadata } = task.target.metadata;
  if (namespace === undefined) return own === '' ? task : { ...task, target: { ...task.target, metadata } };
  return own === '' ? { ...task, target: { ...task.target, metadata: { ...metadata, namespace } } } : task;
}

function withLive(task: SyncTask, context: PlanContext): SyncTask {
  if (task.target === undefined || task.live !== undefined) return task;
  const live = context.known.get(resourceKey(task.target)) ?? context.lookup.live(task.target);
  return live === undefined ? task : { ...task, live };
}

function withResults(tasks: readonly SyncTask[], results: readonly ResourceResult[]): readonly SyncTask[] {
  const known = new Map(results.map((result) => [resultKey(result), result]));
  return tasks.map((task) => {
    const result = known.get(taskKey(task));
    if (result === undefined) return task;
    return {
      ...task,
      ...(result.status === undefined ? {} : { status: result.status }),
      ...(result.hookPhase === undefined ? {} : { hookPhase: result.hookPhase }),
      ...(result.message === undefined ? {} : { message: result.message }),
    };
  });
}
