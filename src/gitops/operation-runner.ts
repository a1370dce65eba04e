import { formatTime, jsonEqual, messageOf } from '../core/index.ts';
import type { Clock, JsonValue } from '../core/index.ts';
import { apiVersionOf } from '../kube/index.ts';
import { ANNOTATION, annotation } from './annotations.ts';
import { isCompleted, hasMultipleSources } from './application.ts';
import type {
  Application,
  ApplicationSource,
  IgnoreDifference,
  OperationState,
  ResourceResult,
  SyncOperationResult,
} from './application.ts';
import { refusalOf } from './app-project.ts';
import type { AppProject } from './app-project.ts';
import type { Comparison } from './comparison.ts';
import { defined } from './defined.ts';
import { ComparisonError, InvalidApplicationError } from './errors.ts';
import { compareWith, desiredAt } from './evaluation.ts';
import type { DesiredAt, Evaluation, EvaluationContext, EvaluationPorts } from './evaluation.ts';
import { ignoredOf, keepIgnored } from './ignore-differences.ts';
import type { LiveCluster } from './live-cluster.ts';
import { ownedByEngine } from './owned-fields.ts';
import { afterPass, beginRetry, operationSources, retryWait } from './operation.ts';
import type { SharedResource } from './shared.ts';
import { clusterWriter } from './sync-cluster.ts';
import { settingsFor } from './sync-options.ts';
import type { SyncSettings } from './sync-options.ts';
import { runSyncPass, terminateSync } from './sync-pass.ts';
import type { SyncOutcome, SyncPorts } from './sync-pass.ts';
import type { SyncInput } from './sync-plan.ts';
import { identity, objectOf, resourceKey } from './sync-task.ts';
import { isWindowOpen } from './window-check.ts';
import type { ResourcePair } from './sync-task.ts';

export interface OperationPorts extends EvaluationPorts {
  readonly clock: Clock;
  /** Milliseconds that a hook may take. */
  readonly hookTimeoutMs: number;
}

export interface OperationContext extends EvaluationContext {
  readonly evaluation: Evaluation;
  readonly shared: readonly SharedResource[];
}

export interface OperationEnd {
  readonly state: OperationState;
  /** Milliseconds after which the operation has to be looked at again, if nothing happens before. */
  readonly again?: number;
  readonly revisions: readonly string[];
  readonly sources: readonly ApplicationSource[];
}

/**
 * Takes an operation one pass further.
 * @throws what is worth repeating (a cluster or a repository that does not answer); the operation then stays as it was
 */
export async function runOperation(
  state: OperationState,
  context: OperationContext,
  ports: OperationPorts,
): Promise<OperationEnd> {
  const sources = operationSources(context.application, state.operation);
  const now = ports.clock.now();
  const wait = retryWait(state, now);
  if (wait !== undefined && isOutdated(state, context)) {
    const message = `${state.message ?? ''} Given up, because Git has moved on.`;
    return { state: { ...state, phase: 'Failed', message, finishedAt: formatTime(now) }, revisions: [], sources };
  }
  if (wait !== undefined && wait > 0) return { state, again: wait, revisions: [], sources };
  const current = wait === undefined ? state : beginRetry(state);
  try {
    return await runPass(current, { ...context, sources }, ports);
  } catch (error) {
    if (!(error instanceof ComparisonError || error instanceof InvalidApplicationError)) throw error;
    const failed: OperationState = {
      ...current,
      phase: 'Error',
      message: messageOf(error),
      finishedAt: formatTime(now),
    };
    return { state: failed, revisions: [], sources };
  }
}

/** An automatic sync that failed need not be repeated for a revision that Git has left. */
function isOutdated(state: OperationState, { application, evaluation }: OperationContext): boolean {
  if (state.operation.initiatedBy?.automated !== true || evaluation.revisions.length === 0) return false;
  const { revision, revisions } = state.operation.sync ?? {};
  const wanted = hasMultipleSources(application.spec) ? (revisions ?? []) : [revision ?? ''];
  return !jsonEqual([...wanted], [...evaluation.revisions]);
}

interface PassContext extends OperationContext {
  readonly sources: readonly ApplicationSource[];
}

async function runPass(state: OperationState, context: PassContext, ports: OperationPorts): Promise<OperationEnd> {
  const { application, sources, evaluation } = context;
  const { cluster, project } = ready(evaluation);
  refuseLocal(state);
  const window = { application, project, cluster: cluster.ref, now: ports.clock.now() };
  if (state.syncResult === undefined && !isWindowOpen(state.operation, window)) {
    throw new InvalidApplicationError('Cannot sync: blocked by a sync window of the project');
  }
  const desired = await desiredFor(state, context, ports);
  const confirmed = isConfirmed(application, state);
  const settings = settingsFor(application, state.operation, confirmed);
  const comparison = compareWith({ application, cluster, desired: desired.state, memory: context.memory }, ports);
  const input = syncInput({ state, context, desired, comparison, settings, cluster });
  const sync = syncPorts({ cluster, project, comparison, ports, signal: context.signal });
  const outcome = await passOutcome(state, { input, sync, context, ports: { ...ports, cluster } });
  const result: SyncOperationResult = {
    ...(hasMultipleSources(application.spec)
      ? { revisions: desired.revisions, sources }
      : { revision: desired.revisions[0] ?? '', ...(sources[0] === undefined ? {} : { source: sources[0] }) }),
  };
  const next = afterPass(state, { outcome, result, now: ports.clock.now() });
  const again = retryWait(next, ports.clock.now()) ?? hookDeadline(next, input, { ...ports, cluster });
  return { state: next, revisions: desired.revisions, sources, ...(again === undefined ? {} : { again }) };
}

function ready({ cluster, project, conditions }: Evaluation): {
  readonly cluster: LiveCluster;
  readonly project: AppProject;
} {
  if (cluster !== undefined && project !== undefined) return { cluster, project };
  throw new InvalidApplicationError(
    conditions.map(({ message }) => message).join('; ') || 'the application cannot be synced',
  );
}

function refuseLocal(state: OperationState): void {
  if ((state.operation.sync?.manifests ?? []).length > 0) {
    throw new InvalidApplicationError('Cannot sync local manifests: only what is in Git can be deployed');
  }
}

/** What the operation deploys: pinned at its first pass, so that a push meanwhile changes nothing. */
async function desiredFor(state: OperationState, context: PassContext, ports: OperationPorts): Promise<DesiredAt> {
  const { application, sources, evaluation } = context;
  const { cluster } = ready(evaluation);
  const asked = askedRevisions(state, application);
  const revisions = sources.map((source, index) => asked[index] ?? source.targetRevision ?? '');
  const { desired } = evaluation;
  const same =
    jsonEqual(sources as unknown as JsonValue, evaluation.sources as unknown as JsonValue) &&
    (asked.length === 0 || jsonEqual([...revisions], [...evaluation.revisions]));
  if (same && desired !== undefined) return desired;
  return desiredAt({ ...context, sources, revisions, cluster }, ports);
}

function askedRevisions(state: OperationState, application: Application): readonly string[] {
  const { syncResult } = state;
  const { revision, revisions } = state.operation.sync ?? {};
  const multiple = hasMultipleSources(application.spec);
  const [pinned, asked] = multiple ? [syncResult?.revisions, revisions] : [syncResult?.revision, revision];
  const chosen = pinned ?? asked;
  if (chosen === undefined || chosen === '') return [];
  return typeof chosen === 'string' ? [chosen] : chosen;
}

/** The Application's annotation approves deletions from the time that it names on. */
function isConfirmed(application: Application, state: OperationState): boolean {
  const approved = Date.parse(annotation(application, ANNOTATION.deletionApproved) ?? '');
  return Number.isFinite(approved) && approved >= Date.parse(state.startedAt);
}

interface InputParts {
  readonly state: OperationState;
  readonly context: PassContext;
  readonly desired: DesiredAt;
  readonly comparison: Comparison;
  readonly settings: SyncSettings;
  readonly cluster: LiveCluster;
}

function syncInput({ state, context, desired, comparison, settings, cluster }: InputParts): SyncInput {
  const { application } = context;
  const rules = application.spec.ignoreDifferences ?? [];
  const resources = comparison.resources
    .filter(({ extraneous }) => !extraneous)
    .map(({ target, live }) => defined({ target, live }))
    .map((pair) => (settings.respectIgnoreDifferences ? respectful(pair, rules) : pair));
  const namespace = namespacePair(application, { desired, settings, cluster, state });
  return {
    resources,
    hooks: desired.state.hooks,
    namespace: application.spec.destination.namespace ?? '',
    revision: desired.revisions[0] ?? '',
    startedAt: Date.parse(state.startedAt),
    attempt: `${state.startedAt} ${state.retryCount ?? 0}`,
    settings,
    results: state.syncResult?.resources ?? [],
    ...(namespace === undefined ? {} : { createNamespace: namespace }),
  };
}

/** The pair with a target that leaves alone what does not count. */
function respectful(pair: ResourcePair, rules: readonly IgnoreDifference[]): ResourcePair {
  const { target, live } = pair;
  const ignored = target === undefined ? undefined : ignoredOf(rules, target);
  if (target === undefined || live === undefined || ignored === undefined) return pair;
  return { target: keepIgnored({ target, live }, ignored), live };
}

/** The destination namespace, when the sync is to create it or to keep its labels and annotations. */
function namespacePair(
  application: Application,
  { desired, settings, cluster, state }: Pick<InputParts, 'desired' | 'settings' | 'cluster' | 'state'>,
): ResourcePair | undefined {
  const { namespace: name = '' } = application.spec.destination;
  if (!settings.createNamespace || name === '') return undefined;
  if (desired.state.targets.some(({ kind, metadata }) => kind === 'Namespace' && metadata.name === name))
    return undefined;
  const managed = application.spec.syncPolicy?.managedNamespaceMetadata;
  const results = state.syncResult?.resources ?? [];
  const metadata = defined({ name, labels: managed?.labels, annotations: managed?.annotations });
  const target = { apiVersion: 'v1', kind: 'Namespace', metadata };
  const live = cluster.get(target);
  if (live === undefined) return { target };
  // What this operation created itself stays its task.
  const own = results.some(
    (result) => result.kind === 'Namespace' && result.name === name && result.syncPhase === 'PreSync',
  );
  return managed === undefined && !own ? undefined : { target, live };
}

interface PortParts {
  readonly cluster: LiveCluster;
  readonly project: AppProject;
  readonly comparison: Comparison;
  readonly ports: OperationPorts;
  readonly signal: AbortSignal;
}

function syncPorts({ cluster, project, comparison, ports, signal }: PortParts): SyncPorts {
  const differing = new Set(comparison.resources.filter(({ status }) => status === 'OutOfSync').map(({ key }) => key));
  const comparedKeys = new Set(comparison.resources.filter(({ status }) => status === 'Synced').map(({ key }) => key));
  return {
    ...clusterWriter(cluster, signal),
    resourceFor: (object) => cluster.resourceFor(identity(object)),
    refusal: (object, resource) => refusalOf(project, object, { resource, cluster: cluster.ref }),
    live: (object) => cluster.get(object),
    health: ports.health,
    isOutOfSync: (task) => differing.has(resourceKey(objectOf(task))),
    isUnchanged: ({ target, live }) =>
      target !== undefined &&
      live !== undefined &&
      comparedKeys.has(resourceKey(target)) &&
      ownedByEngine(live) !== undefined,
  };
}

interface HookClock {
  readonly cluster: LiveCluster;
  readonly clock: Clock;
  readonly hookTimeoutMs: number;
}

interface OutcomeParts {
  readonly input: SyncInput;
  readonly sync: SyncPorts;
  readonly context: PassContext;
  readonly ports: HookClock;
}

async function passOutcome(state: OperationState, { input, sync, context, ports }: OutcomeParts): Promise<SyncOutcome> {
  if (state.phase === 'Terminating') return terminateSync(input, sync);
  const { shared } = context;
  if (input.settings.failOnSharedResource && shared.length > 0) {
    const names = shared
      .map(({ object, owner }) => `${object.kind}/${object.metadata.name ?? ''} (${owner})`)
      .join(', ');
    return { phase: 'Failed', message: `Shared resource found: ${names}`, resources: input.results };
  }
  const outcome = await runSyncPass(input, sync);
  const hung = isCompleted(outcome.phase) ? [] : hungHooks(outcome, input, ports);
  if (hung.length === 0) return outcome;
  const ended = await terminateSync({ ...input, results: outcome.resources }, sync);
  return {
    ...ended,
    message: `Hook ${hung.join(', ')} did not finish within ${Math.round(ports.hookTimeoutMs / 1000)} s`,
  };
}

interface RunningHook {
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** Hooks that are running, and since when. */
function runningHooks(
  results: readonly ResourceResult[],
  input: SyncInput,
  { cluster }: HookClock,
): readonly RunningHook[] {
  return results
    .filter(({ hookType, hookPhase }) => hookType !== undefined && hookPhase === 'Running')
    .map(({ group = '', version = 'v1', kind, name, namespace = '' }) => {
      const live = cluster.get({ apiVersion: apiVersionOf({ group, version }), kind, metadata: { name, namespace } });
      const since = Date.parse(live?.metadata.creationTimestamp ?? '') || input.startedAt;
      return { name: `${kind} ${namespace}/${name}`, since };
    });
}

function hungHooks(outcome: SyncOutcome, input: SyncInput, at: HookClock): readonly string[] {
  return runningHooks(outcome.resources, input, at)
    .filter(({ since }) => at.clock.now() - since >= at.hookTimeoutMs)
    .map(({ name }) => name);
}

/** When the first of the running hooks runs out of time. */
function hookDeadline(state: OperationState, input: SyncInput, at: HookClock): number | undefined {
  if (isCompleted(state.phase)) return undefined;
  const hooks = runningHooks(state.syncResult?.resources ?? [], input, at);
  if (hooks.length === 0) return undefined;
  return Math.max(1_000, Math.min(...hooks.map(({ since }) => since + at.hookTimeoutMs - at.clock.now())));
}
