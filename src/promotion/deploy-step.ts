import { formatTime } from '../core/index.ts';
import { ApproveStep } from './approve-step.ts';
import { withGate } from './candidate.ts';
import type { Candidate } from './candidate.ts';
import type { Case } from './case.ts';
import { findCrashLoop } from './crash-loops.ts';
import type { DeliveryObjects } from './delivery-objects.ts';
import { deploymentOf, rollbackOf } from './deployment-record.ts';
import { imagesOf, sameDigests } from './images.ts';
import type { PromotionStatus } from './kinds.ts';
import type { PromotionPorts } from './ports.ts';
import { isConfiguration } from './proposal.ts';
import type { ApplicationView } from './schema.ts';
import { smokeTest } from './smoke-test.ts';

/** Takes a merged promotion on: the environment's ref, the Application, the smoke test, the record. */
export class DeployStep {
  readonly #ports: PromotionPorts;
  readonly #objects: DeliveryObjects;
  readonly #approveStep: ApproveStep;

  constructor(ports: PromotionPorts, objects: DeliveryObjects) {
    this.#ports = ports;
    this.#objects = objects;
    this.#approveStep = new ApproveStep({ ...ports, objects });
  }

  async run(one: Case, status: PromotionStatus, signal: AbortSignal): Promise<PromotionStatus> {
    const commit = one.proposal.breakGlass === undefined ? status.mergeCommit : (status.approvedCommit ?? status.sha);
    if (commit === undefined) return status;
    const candidate = { ...one, status, commit };
    // Kept before anything is waited for, so that a restart goes on from here.
    return status.approvedCommit === undefined
      ? this.#approveStep.run(candidate, signal)
      : this.#follow(candidate, signal);
  }

  /** Watches the Application reach the approved commit, tests it, and records how it went. */
  async #follow(candidate: Candidate, signal: AbortSignal): Promise<PromotionStatus> {
    const { environment, status, commit } = candidate;
    const application = await this.#objects.application(environment.application);
    if (application === undefined) return { ...status, message: `There is no Application ${environment.application}` };
    const revision = application.status?.sync?.revision;
    const arrived =
      revision !== undefined && (await this.#ports.mirror.isAncestor(commit, revision, signal).catch(() => false));
    if (!arrived)
      return {
        ...status,
        phase: 'Deploying',
        message: `Waits for ${environment.application} to reach ${commit.slice(0, 12)}`,
      };
    if (!(await this.#stillWanted(candidate, revision, signal)))
      return this.#end(candidate, 'Superseded', 'A newer release took its place before it was healthy');
    const outcome = outcomeOf(application, { name: environment.application, revision });
    if (outcome.state === 'failed') return this.#fail(candidate, outcome.reason, signal);
    if (outcome.state === 'waiting') {
      const crash = await this.#crashLoop(candidate, application, signal);
      if (crash !== undefined) return this.#fail(candidate, crash, signal);
      return { ...status, phase: 'Deploying', message: outcome.reason };
    }
    return this.#verify(candidate, application, signal);
  }

  async #crashLoop(
    { proposal }: Candidate,
    application: ApplicationView,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { destination } = application.spec;
    const named = (application.status?.resources ?? []).flatMap(({ namespace = '' }) => namespace);
    const namespaces = [...new Set([destination.namespace ?? '', ...named])].filter((namespace) => namespace !== '');
    const cluster = await this.#ports.connect(destination.name ?? '');
    return findCrashLoop(cluster, { images: proposal.images, namespaces }, signal);
  }

  async #verify(candidate: Candidate, application: ApplicationView, signal: AbortSignal): Promise<PromotionStatus> {
    const { environment, status, promotion } = candidate;
    const now = formatTime(this.#ports.clock.now());
    if (environment.smokeTest === undefined) return this.#succeed(candidate, status, signal);
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
      ? this.#succeed(candidate, tested, signal)
      : this.#fail({ ...candidate, status: tested }, result.reason, signal);
  }

  async #succeed(candidate: Candidate, status: PromotionStatus, signal: AbortSignal): Promise<PromotionStatus> {
    const ended = this.#end({ ...candidate, status }, 'Deployed', '');
    const evidence = await this.#record(candidate, ended, signal);
    return { ...ended, evidence };
  }

  async #fail(candidate: Candidate, reason: string, signal: AbortSignal): Promise<PromotionStatus> {
    const ended = this.#end(candidate, 'Failed', reason);
    const evidence = await this.#record(candidate, ended, signal);
    return { ...ended, evidence };
  }

  /** The record stands before the promotion counts as ended; after a crash it is found by its id. */
  async #record(candidate: Candidate, status: PromotionStatus, signal: AbortSignal): Promise<string> {
    const { promotion, promotions } = candidate;
    const { ledger, bot } = this.#ports;
    const release = await this.#objects.release(promotion.spec.release);
    const application = await this.#objects.application(candidate.environment.application);
    const cluster = application?.spec.destination.name ?? application?.spec.destination.server ?? '';
    const { commit } = await ledger.append(deploymentOf(candidate, { status, release, cluster }), signal);
    const failed = promotions.find(({ metadata }) => metadata.name === promotion.spec.rollbackOf);
    if (failed !== undefined) await ledger.append(rollbackOf(candidate, { status, failed, bot }), signal);
    return commit;
  }

  #end({ status }: Candidate, phase: 'Deployed' | 'Failed' | 'Superseded', message: string): PromotionStatus {
    return { ...status, phase, message, finishedAt: formatTime(this.#ports.clock.now()) };
  }

  /** False when what the Application runs has other images of this service: a newer release came first. */
  async #stillWanted(
    { environment, pipeline, proposal }: Candidate,
    revision: string,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (isConfiguration(proposal)) return true;
    const text = await this.#ports.mirror.file(revision, `${environment.path}/kustomization.yaml`, signal);
    return text !== undefined && sameDigests(imagesOf(text, pipeline.images), proposal.images);
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
