import { formatTime } from '../core/index.ts';
import { GitError } from '../git/index.ts';
import type { KubeObject } from '../kube/index.ts';
import { diffFault } from './approved-diff.ts';
import { findCrashLoop } from './crash-loops.ts';
import { deploymentOf, rollbackOf } from './deployment-record.ts';
import type { DeliveryObjects } from './delivery-objects.ts';
import { previousEnvironment } from './gates.ts';
import { imagesOf, sameDigests } from './images.ts';
import type { GateStatus, PromotionStatus, Release } from './kinds.ts';
import type { Case } from './merge-step.ts';
import type { PromotionPorts } from './ports.ts';
import { applicationSchema } from './schema.ts';
import type { ApplicationView } from './schema.ts';
import { smokeTest } from './smoke-test.ts';
import { refOf } from './verbs.ts';

type ReleaseImages = Release['spec']['images'];

interface Merged extends Case {
  readonly status: PromotionStatus;
  readonly mergeCommit: string;
}

/** Takes a merged promotion on: the environment's ref, the Application, the smoke test, the record. */
export class DeployStep {
  readonly #ports: PromotionPorts;
  readonly #objects: DeliveryObjects;

  constructor(ports: PromotionPorts, objects: DeliveryObjects) {
    this.#ports = ports;
    this.#objects = objects;
  }

  async run(one: Case, status: PromotionStatus, signal: AbortSignal): Promise<PromotionStatus> {
    const { mergeCommit } = status;
    if (mergeCommit === undefined) return status;
    const merged = { ...one, status, mergeCommit };
    if (status.approvedCommit === undefined) {
      const approved = await this.#approve(merged, signal);
      if (approved.approvedCommit === undefined || approved.phase !== 'Deploying') return approved;
      // Kept before anything is waited for, so that a restart goes on from here.
      return approved;
    }
    return this.#follow(merged, signal);
  }

  /** Moves the environment's ref, once everything that it would bring is approved. */
  async #approve(merged: Merged, signal: AbortSignal): Promise<PromotionStatus> {
    const { mirror, clock } = this.#ports;
    const { environment, status, mergeCommit, promotion, pipeline } = merged;
    const now = formatTime(clock.now());
    const deploying = {
      ...status,
      phase: 'Deploying',
      message: '',
      approvedCommit: mergeCommit,
      deployedAt: now,
    } as const;
    if (previousEnvironment(pipeline, environment.name) === undefined) return deploying;
    const ref = refOf(environment);
    const approved = await mirror.resolve(ref, signal);
    if (approved !== undefined && (await mirror.isAncestor(mergeCommit, approved, signal))) return deploying;
    const fault =
      approved === undefined ? `${environment.ref} does not exist` : await this.#diffFault(merged, approved, signal);
    const gates = withGate(status.gates, { name: 'approved-diff', ...verdictOf(fault), at: now });
    if (fault !== undefined) return { ...status, phase: 'Waiting', gates, message: `Not deployed: ${fault}` };
    const waits =
      environment.sync === 'manual' && promotion.spec.deploy === undefined && promotion.spec.rollbackOf === undefined;
    if (waits) return { ...status, phase: 'AwaitingDeploy', gates, message: 'Somebody must press Deploy' };
    try {
      await mirror.moveRef(
        ref,
        { ...(approved === undefined ? {} : { before: approved }), after: mergeCommit },
        signal,
      );
    } catch (error) {
      if (error instanceof GitError && error.code === 'REJECTED')
        return { ...status, phase: 'Waiting', gates, message: `${environment.ref} moved meanwhile` };
      throw error;
    }
    return { ...deploying, gates };
  }

  async #diffFault(merged: Merged, approved: string, signal: AbortSignal): Promise<string | undefined> {
    const { mirror } = this.#ports;
    const { environment, mergeCommit, pipeline } = merged;
    const previous = previousEnvironment(pipeline, environment.name);
    const previousRuns = previous === undefined ? undefined : await mirror.resolve(refOf(previous), signal);
    const releases = await this.#releasesUpTo(merged, approved, signal);
    return diffFault(mirror, {
      approved,
      candidate: mergeCommit,
      path: environment.path,
      releases,
      previousRuns,
      signal,
    });
  }

  /** Images of all promotions into the environment whose gates passed and that the candidate contains, as merged. */
  async #releasesUpTo(merged: Merged, approved: string, signal: AbortSignal): Promise<readonly ReleaseImages[]> {
    const { mirror } = this.#ports;
    const { promotion, mergeCommit: candidate } = merged;
    const found: { readonly at: number; readonly images: ReleaseImages }[] = [];
    for (const { metadata, spec, status: stored } of await this.#objects.promotions()) {
      // What this very promotion has come to is not stored yet.
      const status = metadata.name === promotion.metadata.name ? merged.status : stored;
      const commit = status?.mergeCommit;
      if (spec.environment !== promotion.spec.environment || commit === undefined || status?.phase === 'Refused')
        continue;
      const inside =
        (await mirror.isAncestor(commit, candidate, signal)) && !(await mirror.isAncestor(commit, approved, signal));
      const release = inside ? await this.#objects.release(spec.release) : undefined;
      if (release !== undefined)
        found.push({ at: Date.parse(status?.mergedAt ?? '') || 0, images: release.spec.images });
    }
    return found.sort((a, b) => a.at - b.at).map(({ images }) => images);
  }

  /** Watches the Application reach the approved commit, tests it, and records how it went. */
  async #follow(merged: Merged, signal: AbortSignal): Promise<PromotionStatus> {
    const { environment, status, mergeCommit } = merged;
    const application = await this.#application(environment.application);
    if (application === undefined) return { ...status, message: `There is no Application ${environment.application}` };
    const revision = application.status?.sync?.revision;
    const arrived =
      revision !== undefined && (await this.#ports.mirror.isAncestor(mergeCommit, revision, signal).catch(() => false));
    if (!arrived)
      return {
        ...status,
        phase: 'Deploying',
        message: `Waits for ${environment.application} to reach ${mergeCommit.slice(0, 12)}`,
      };
    if (!(await this.#stillWanted(merged, revision, signal)))
      return this.#end(merged, 'Superseded', 'A newer release took its place before it was healthy');
    const outcome = outcomeOf(application, { name: environment.application, revision });
    if (outcome.state === 'failed') return this.#fail(merged, outcome.reason, signal);
    if (outcome.state === 'waiting') {
      const crash = await this.#crashLoop(merged, application, signal);
      if (crash !== undefined) return this.#fail(merged, crash, signal);
      return { ...status, phase: 'Deploying', message: outcome.reason };
    }
    return this.#verify(merged, application, signal);
  }

  async #crashLoop(
    { proposal }: Merged,
    application: ApplicationView,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { destination } = application.spec;
    const named = (application.status?.resources ?? []).flatMap(({ namespace = '' }) => namespace);
    const namespaces = [...new Set([destination.namespace ?? '', ...named])].filter((namespace) => namespace !== '');
    const cluster = await this.#ports.connect(destination.name ?? '');
    return findCrashLoop(cluster, { images: proposal.images, namespaces }, signal);
  }

  async #verify(merged: Merged, application: ApplicationView, signal: AbortSignal): Promise<PromotionStatus> {
    const { environment, status, promotion } = merged;
    const now = formatTime(this.#ports.clock.now());
    if (environment.smokeTest === undefined) return this.#succeed(merged, status, signal);
    const release = await this.#objects.release(promotion.spec.release);
    if (release === undefined) return { ...status, message: `The release ${promotion.spec.release} is gone` };
    const cluster = await this.#ports.connect(application.spec.destination.name ?? '');
    const result = await smokeTest(cluster, environment.smokeTest, { promotion, release });
    if (result.state === 'running') {
      const gates = withGate(status.gates, {
        name: 'smoke-test',
        state: 'pending',
        reason: `Runs in ${environment.name}`,
        at: now,
      });
      return { ...status, phase: 'Verifying', gates, message: 'The smoke test runs' };
    }
    const gates = withGate(status.gates, { name: 'smoke-test', state: result.state, reason: result.reason, at: now });
    const tested = { ...status, gates };
    return result.state === 'passed'
      ? this.#succeed(merged, tested, signal)
      : this.#fail({ ...merged, status: tested }, result.reason, signal);
  }

  async #succeed(merged: Merged, status: PromotionStatus, signal: AbortSignal): Promise<PromotionStatus> {
    const ended = this.#end({ ...merged, status }, 'Deployed', '');
    const evidence = await this.#record(merged, ended, signal);
    return { ...ended, evidence };
  }

  async #fail(merged: Merged, reason: string, signal: AbortSignal): Promise<PromotionStatus> {
    const ended = this.#end(merged, 'Failed', reason);
    const evidence = await this.#record(merged, ended, signal);
    return { ...ended, evidence };
  }

  /** The record stands before the promotion counts as ended; after a crash it is found by its id. */
  async #record(merged: Merged, status: PromotionStatus, signal: AbortSignal): Promise<string> {
    const { promotion, promotions } = merged;
    const release = await this.#objects.release(promotion.spec.release);
    const application = await this.#application(merged.environment.application);
    const cluster = application?.spec.destination.name ?? application?.spec.destination.server ?? '';
    const { commit } = await this.#ports.ledger.append(deploymentOf(merged, { status, release, cluster }), signal);
    const failed = promotions.find(({ metadata }) => metadata.name === promotion.spec.rollbackOf);
    if (failed !== undefined) await this.#ports.ledger.append(rollbackOf(merged, { status, failed }), signal);
    return commit;
  }

  #end({ status }: Merged, phase: 'Deployed' | 'Failed' | 'Superseded', message: string): PromotionStatus {
    return { ...status, phase, message, finishedAt: formatTime(this.#ports.clock.now()) };
  }

  /** False when what the Application runs has other images of this service: a newer release came first. */
  async #stillWanted(
    { environment, pipeline, proposal }: Merged,
    revision: string,
    signal: AbortSignal,
  ): Promise<boolean> {
    const text = await this.#ports.mirror.file(revision, `${environment.path}/kustomization.yaml`, signal);
    return text !== undefined && sameDigests(imagesOf(text, pipeline.images), proposal.images);
  }

  async #application(name: string): Promise<ApplicationView | undefined> {
    const key = { group: 'argoproj.io', version: 'v1alpha1', kind: 'Application', namespace: 'argocd', name };
    const object: KubeObject | undefined = await this.#ports.hub.get(key);
    const parsed = applicationSchema.safeParse(object);
    return parsed.success ? parsed.data : undefined;
  }
}

interface Outcome {
  readonly state: 'healthy' | 'failed' | 'waiting';
  readonly reason: string;
}

/** How an Application that has reached a revision is doing there. */
function outcomeOf(
  { status = {} }: ApplicationView,
  { name, revision }: { readonly name: string; readonly revision: string },
): Outcome {
  const [sync = 'Unknown', health = 'Unknown'] = [status.sync?.status, status.health?.status];
  if (sync === 'Synced' && health === 'Healthy') return { state: 'healthy', reason: '' };
  if (sync === 'Synced' && health === 'Degraded')
    return { state: 'failed', reason: status.health?.message ?? `${name} is degraded` };
  return (
    failedSync(status.operationState, revision) ?? { state: 'waiting', reason: `${name} is ${sync} and ${health}` }
  );
}

function failedSync(
  operation: NonNullable<ApplicationView['status']>['operationState'],
  revision: string,
): Outcome | undefined {
  if (operation?.phase !== 'Failed' || operation.syncResult?.revision !== revision) return undefined;
  return { state: 'failed', reason: operation.message ?? 'The sync failed' };
}

function withGate(gates: readonly GateStatus[], gate: GateStatus): readonly GateStatus[] {
  const same = gates.find(
    ({ name, state, reason }) => name === gate.name && state === gate.state && reason === gate.reason,
  );
  return [...gates.filter(({ name }) => name !== gate.name), same ?? gate];
}

function verdictOf(fault: string | undefined): Pick<GateStatus, 'state' | 'reason'> {
  return fault === undefined
    ? { state: 'passed', reason: 'Everything that changes was approved' }
    : { state: 'failed', reason: fault };
}
