import type { Reconciler, Request, Result } from '../controller/index.ts';
import { formatTime, jsonEqual, messageOf } from '../core/index.ts';
import type { JsonValue, Logger } from '../core/index.ts';
import type { KubeObject } from '../kube/index.ts';
import { ANNOTATION, annotation } from './annotations.ts';
import { isCompleted, parseApplication, sourcesOf } from './application.ts';
import type { Application, ApplicationCondition, ApplicationStatus, Operation, OperationState } from './application.ts';
import type { ApplicationMemory, Remembered } from './application-memory.ts';
import type { ApplicationStore } from './application-store.ts';
import { decideAutoSync } from './auto-sync.ts';
import { defined } from './defined.ts';
import { finalize } from './deletion.ts';
import { InvalidApplicationError } from './errors.ts';
import { evaluate } from './evaluation.ts';
import type { Evaluation } from './evaluation.ts';
import { transitions } from './event-transitions.ts';
import type { EventRecorder } from './events.ts';
import { addHistory, beginOperation, currentOperation, isDeployment } from './operation.ts';
import { runOperation } from './operation-runner.ts';
import type { OperationEnd, OperationPorts } from './operation-runner.ts';
import { observeStatus } from './observed-status.ts';
import type { Observation } from './observed-status.ts';
import type { Reading, Readers } from './readers.ts';
import { sharedResources } from './shared.ts';
import type { SharedResource } from './shared.ts';
import { mergeConditions } from './status.ts';
import { resourceKey } from './sync-task.ts';
import { applicationName } from './tracking.ts';
import { isWindowOpen } from './window-check.ts';

export interface ReconcilerPorts extends OperationPorts {
  readonly applications: ApplicationStore;
  readonly events: EventRecorder;
  readonly logger: Logger;
  readonly memory: ApplicationMemory;
  readonly readers: Readers;
}

/** Brings the cluster to what an Application asks for, and its status to what the cluster is. */
export class ApplicationReconciler implements Reconciler {
  readonly #ports: ReconcilerPorts;
  readonly #parsed = new WeakMap<KubeObject, Application>();
  /** How often it was called. */
  reconciled = 0;

  constructor(ports: ReconcilerPorts) {
    this.#ports = ports;
  }

  async reconcile(request: Request, stop: AbortSignal): Promise<Result | undefined> {
    this.reconciled++;
    // One of its own, so that listeners do not pile up on the one that lives as long as the engine.
    const signal = AbortSignal.any([stop]);
    const object = this.#ports.applications.get(request);
    if (object === undefined) {
      const { name, namespace = '' } = request;
      this.#ports.memory.forget(request);
      this.#ports.readers.forget(request);
      await this.#ports.clusters.release(applicationName({ name, namespace }, this.#ports.home));
      return undefined;
    }
    const application = await this.#parse(object, signal);
    if (application === undefined) return undefined;
    if (application.metadata.deletionTimestamp !== undefined) return this.#delete(application, signal);
    await this.#refresh(application);
    return new Reconciliation(application, this.#ports, signal).run();
  }

  /** A specification that cannot be read is shown as a condition and left alone until somebody mends it. */
  async #parse(object: KubeObject, signal: AbortSignal): Promise<Application | undefined> {
    try {
      const known = this.#parsed.get(object) ?? parseApplication(object);
      this.#parsed.set(object, known);
      return known;
    } catch (error) {
      if (!(error instanceof InvalidApplicationError)) throw error;
      const status = (object['status'] ?? {}) as ApplicationStatus;
      const { name = '', namespace = '' } = object.metadata;
      const broken: Application = {
        metadata: { ...object.metadata, name, namespace },
        spec: { project: '', destination: {} },
        status,
      };
      const found: ApplicationCondition[] = [{ type: 'InvalidSpecError', message: messageOf(error) }];
      const conditions = mergeConditions(status.conditions ?? [], found, this.#ports.clock.now());
      await this.#ports.applications.write(broken, { status: { ...status, conditions } }, signal);
      return undefined;
    }
  }

  /** Somebody asked to look again; `hard` also to forget what was rendered. */
  async #refresh(application: Application): Promise<void> {
    const kind = annotation(application, ANNOTATION.refresh);
    if (kind === undefined) return;
    if (kind === 'hard') this.#ports.memory.of(application).renderings.clear();
    for (const { repoURL } of sourcesOf(application.spec)) {
      try {
        const repository = await this.#ports.renderer.repository(repoURL);
        await repository.look();
      } catch (error) {
        // The evaluation meets the same failure and shows it.
        this.#ports.logger.debug('cannot refresh repository', { repository: repoURL, error: messageOf(error) });
      }
    }
  }

  async #delete(application: Application, signal: AbortSignal): Promise<Result | undefined> {
    const { applications, clock } = this.#ports;
    const { finalizers, conditions, failure } = await finalize(application, this.#ports, signal);
    const before = application.status.conditions ?? [];
    const others = before.filter(({ type }) => type !== 'DeletionError');
    const known = before.filter(({ type }) => type === 'DeletionError');
    const timed = conditions.map((condition) => {
      const same = known.find(({ message }) => message === condition.message);
      return same ?? { ...condition, lastTransitionTime: formatTime(clock.now()) };
    });
    const unchanged = finalizers.length === (application.metadata.finalizers ?? []).length;
    const status = { ...application.status, conditions: [...others, ...timed] };
    await applications.write(
      application,
      {
        status: application.status.conditions === undefined && timed.length === 0 ? application.status : status,
        ...(unchanged ? {} : { finalizers }),
      },
      signal,
    );
    if (failure !== undefined) throw failure as Error;
    return undefined;
  }
}

/** Until a closed sync window is looked at again. */
const WINDOW_RECHECK_MS = 60_000;

/** Milliseconds: nothing is waited for. */
const AT_ONCE = 1;

/**
 * Whether there may be something to do right after a pass: the next step of a sync that has nothing to wait for, or what
 * follows from an end that has not brought everything to what Git says.
 */
function mayGoOn(before: OperationState, after: OperationState, { sync }: ApplicationStatus): boolean {
  if (after.phase === 'Succeeded' && sync?.status === 'Synced') return false;
  const waits = !isCompleted(after.phase) && after.finishedAt !== undefined;
  return !waits && !jsonEqual(asValue(before), asValue(after));
}

function asValue(state: OperationState): JsonValue {
  return state as unknown as JsonValue;
}

/** One reconciliation of one Application. */
class Reconciliation {
  readonly #application: Application;
  readonly #ports: ReconcilerPorts;
  readonly #signal: AbortSignal;

  constructor(application: Application, ports: ReconcilerPorts, signal: AbortSignal) {
    this.#application = application;
    this.#ports = ports;
    this.#signal = signal;
  }

  async run(): Promise<Result | undefined> {
    const application = this.#application;
    const memory = this.#ports.memory.of(application);
    const evaluation = await evaluate({ application, memory, signal: this.#signal }, this.#ports);
    this.#ports.readers.note(application.metadata, this.#readings(evaluation, memory));
    const shared = this.#claim(evaluation);
    const first = this.#observe({ application, evaluation, shared, extra: [] });
    const decision = this.#decide(evaluation, first, shared);
    if (decision.state === undefined) {
      const seen =
        decision.conditions.length === 0
          ? first
          : this.#observe({ application, evaluation, shared, extra: decision.conditions });
      await this.#write(application, seen.status, {});
      return this.#result(evaluation, decision.wait);
    }
    const begun = await this.#begin(application, decision.state);
    if (begun === undefined) return undefined;
    const end = await this.#operate(begun, { evaluation, shared, state: decision.state });
    const after = this.#observe({ application: begun, evaluation, shared, extra: [] });
    await this.#write(begun, this.#withOperation(begun, after.status, end), {
      completed: isCompleted(end.state.phase),
    });
    return this.#result(evaluation, mayGoOn(decision.state, end.state, after.status) ? AT_ONCE : end.again);
  }

  /** What it reads from, so that a push is followed by those that it concerns. */
  #readings({ sources, revisions }: Evaluation, { renderings }: Remembered): readonly Reading[] {
    return sources.map((source, index) => ({
      url: source.repoURL,
      revision: source.targetRevision ?? '',
      ...defined({ commit: revisions[index] }),
      ...this.#ports.renderer.readingOf(source, renderings),
    }));
  }

  /** Whether Git has moved on while it was looked at: then it is looked at again. */
  async #isOutdated({ sources, revisions }: Evaluation): Promise<boolean> {
    for (const [index, source] of sources.entries()) {
      const known = revisions[index];
      if (known === undefined) continue;
      // Where it cannot be told, the next look at the repository tells.
      const now = await this.#ports.renderer.resolve(source).catch(() => undefined);
      if (now !== undefined && now.revision !== known) return true;
    }
    return false;
  }

  #claim({ name, desired, cluster }: Evaluation): readonly SharedResource[] {
    if (cluster === undefined) return [];
    if (desired === undefined) return [];
    cluster.claim(name, desired.state.targets);
    return sharedResources(desired.state.targets, cluster, {
      application: name,
      exists: (other) => this.#ports.memory.find(other, this.#ports) !== undefined,
      seniority: (other) => this.#seniority(other),
    });
  }

  #seniority(other: string): string {
    const object = this.#ports.memory.find(other, this.#ports);
    return `${object?.metadata.creationTimestamp ?? ''} ${other}`;
  }

  #observe(
    parts: Pick<Observation, 'application' | 'evaluation' | 'shared' | 'extra'>,
  ): ReturnType<typeof observeStatus> {
    const { clock, home, health, memory } = this.#ports;
    return observeStatus({ ...parts, now: clock.now(), home, health, memory: memory.of(parts.application) });
  }

  #decide(
    evaluation: Evaluation,
    observed: ReturnType<typeof observeStatus>,
    shared: readonly SharedResource[],
  ): { readonly state?: OperationState; readonly conditions: readonly ApplicationCondition[]; readonly wait?: number } {
    const application = this.#application;
    const { clock, memory } = this.#ports;
    const current = currentOperation(application, clock.now());
    if (current !== undefined) return { state: current, conditions: [] };
    const { comparison } = observed;
    if (comparison === undefined || evaluation.desired === undefined) return { conditions: [] };
    const { heals } = memory.of(application);
    const decision = decideAutoSync({
      application,
      comparison,
      revisions: evaluation.revisions,
      shared: new Set(shared.map(({ object }) => resourceKey(object))),
      healNotBefore: heals.notBefore,
      now: clock.now(),
    });
    if (decision.kind === 'refuse') return { conditions: [decision.condition] };
    if (decision.kind === 'wait') return { conditions: [], wait: decision.ms };
    if (decision.kind === 'none') return { conditions: [] };
    if (!this.#mayBegin(decision.operation, evaluation)) return { conditions: [], wait: WINDOW_RECHECK_MS };
    if (decision.heals) heals.healed(clock.now());
    return { state: beginOperation(decision.operation, clock.now()), conditions: [] };
  }

  #mayBegin(operation: Operation, { project, cluster }: Evaluation): boolean {
    if (project === undefined || cluster === undefined) return false;
    const now = this.#ports.clock.now();
    return isWindowOpen(operation, { application: this.#application, project, cluster: cluster.ref, now });
  }

  /**
   * Writes down that the operation has begun, before it changes anything, so that a restart carries on with it. A heal
   * needs no such note: a restart would find the same drift and heal it.
   */
  async #begin(application: Application, state: OperationState): Promise<Application | undefined> {
    const known = application.status.operationState;
    if (known !== undefined && !isCompleted(known.phase)) return application;
    if (state.operation.sync?.selfHealAttemptsCount !== undefined && application.operation === undefined)
      return application;
    const status = { ...application.status, operationState: state };
    const change = { status, ...(application.operation === undefined ? { operation: state.operation } : {}) };
    const written = await this.#ports.applications.write(application, change, this.#signal);
    if (written === undefined) return undefined;
    const begun = parseApplication(written);
    this.#tell(application.status, begun);
    return begun;
  }

  async #operate(
    application: Application,
    {
      evaluation,
      shared,
      state,
    }: { readonly evaluation: Evaluation; readonly shared: readonly SharedResource[]; readonly state: OperationState },
  ): Promise<OperationEnd> {
    if (evaluation.failure !== undefined && evaluation.cluster === undefined) throw evaluation.failure as Error;
    const memory = this.#ports.memory.of(application);
    const context = { application, evaluation, shared, memory, signal: this.#signal };
    return runOperation(state, context, this.#ports);
  }

  #withOperation(application: Application, status: ApplicationStatus, end: OperationEnd): ApplicationStatus {
    const { state, sources, revisions } = end;
    const next = { ...status, operationState: state };
    if (!isDeployment(state)) return next;
    return { ...next, history: addHistory(application, { state, sources, revisions }) };
  }

  async #write(
    application: Application,
    status: ApplicationStatus,
    { completed = false }: { readonly completed?: boolean },
  ): Promise<void> {
    const refreshed = annotation(application, ANNOTATION.refresh) !== undefined;
    const change = { status, ...(completed ? { operation: null } : {}), ...(refreshed ? { refreshed } : {}) };
    const written = await this.#ports.applications.write(application, change, this.#signal);
    if (written === undefined) return;
    this.#tell(application.status, parseApplication(written));
  }

  #tell(before: ApplicationStatus, after: Application): void {
    for (const event of transitions(before, after.status)) this.#ports.events.record(after, event);
  }

  /** @throws what is worth another try */
  async #result(evaluation: Evaluation, wait: number | undefined): Promise<Result | undefined> {
    if (evaluation.failure !== undefined) throw evaluation.failure as Error;
    const outdated = (await this.#isOutdated(evaluation)) ? AT_ONCE : undefined;
    const waits = [wait, evaluation.again, outdated].filter((ms) => ms !== undefined);
    return waits.length === 0 ? undefined : { requeueAfter: Math.min(...waits) };
  }
}
