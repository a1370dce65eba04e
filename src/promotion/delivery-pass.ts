import { RefusedError, YamlError, formatTime, jsonEqual, toJson } from '../core/index.ts';
import type { MergeRequest } from '../forge/index.ts';
import { KustomizeError } from '../kustomize/index.ts';
import { Adoption } from './adopt.ts';
import { managedImages } from './configuration.ts';
import { DeliveryObjects } from './delivery-objects.ts';
import { DeployStep } from './deploy-step.ts';
import type { Pipeline, Promotion, PromotionPhase, PromotionStatus } from './kinds.ts';
import { MergeStep } from './merge-step.ts';
import type { Case } from './case.ts';
import type { PromotionPorts } from './ports.ts';
import { isConfiguration, promotionName, readProposal } from './proposal.ts';
import type { Proposal } from './proposal.ts';
import { openRollback } from './open-rollback.ts';
import { factsOf } from './facts-of.ts';
import { quarantine } from './quarantine.ts';
import type { QuarantineReason } from './quarantine.ts';

const ENDED: ReadonlySet<PromotionPhase> = new Set<PromotionPhase>(['Deployed', 'Refused', 'Superseded', 'Failed']);

/**
 * One look at everything: merge requests of ours become Promotions, gates are judged, refs are moved, deployments are
 * followed and recorded. It starts from what is there, so it may be cut off anywhere and run again.
 */
export class DeliveryPass {
  readonly #ports: PromotionPorts;
  readonly #objects: DeliveryObjects;
  readonly #mergeStep: MergeStep;
  readonly #deployStep: DeployStep;
  readonly #adoption: Adoption;
  /** Of the changes on the forge, the newest that was seen: milliseconds since the epoch, by its clock. */
  #seenUntil: number | undefined;

  constructor(ports: PromotionPorts) {
    this.#ports = ports;
    this.#objects = new DeliveryObjects(ports.hub, ports.logger);
    this.#mergeStep = new MergeStep({ ...ports, objects: this.#objects });
    this.#deployStep = new DeployStep(ports, this.#objects);
    this.#adoption = new Adoption(ports, this.#objects);
  }

  /** @returns true when something is under way that only time moves on */
  async run(signal: AbortSignal): Promise<boolean> {
    const { mirror, logger } = this.#ports;
    const pipelines = await this.#objects.pipelines();
    if (pipelines.length === 0) return false;
    let promotions = await this.#objects.promotions();
    const mergeRequests = await this.#mergeRequests(promotions, signal);
    await mirror.fetch(signal);
    await this.#adoption.run(
      pipelines.map(({ spec }) => spec),
      promotions,
      signal,
    );
    let busy = false;
    const ours = mergeRequests.map((mergeRequest) => ({ mergeRequest, proposal: proposalOf(mergeRequest) }));
    for (const { mergeRequest, proposal } of ours) {
      await this.#refuseEdited(mergeRequest, promotions);
      if (proposal === undefined || isEnded(promotions, promotionName(mergeRequest))) continue;
      const newer = ours.some((other) => isNewer(other, { mergeRequest, proposal }));
      try {
        busy = (await this.#one({ mergeRequest, proposal, pipelines, newer }, promotions, signal)) || busy;
      } catch (error) {
        // One that cannot be read or rendered stands in nobody else's way.
        if (!(error instanceof RefusedError || error instanceof KustomizeError || error instanceof YamlError))
          throw error;
        logger.warn('a merge request cannot be judged', { iid: mergeRequest.iid, reason: error.message });
      }
      promotions = await this.#objects.promotions();
    }
    return busy;
  }

  /**
   * The first time all of them; from then on those that are open, those that changed since, and those of promotions under
   * way. The forge's own times tell what is new, so that its clock need not be ours.
   */
  async #mergeRequests(promotions: readonly Promotion[], signal: AbortSignal): Promise<readonly MergeRequest[]> {
    const { forge } = this.#ports;
    const since = this.#seenUntil;
    const found = new Map<number, MergeRequest>();
    const lists =
      since === undefined
        ? [await forge.mergeRequests({}, signal)]
        : [
            await forge.mergeRequests({ state: 'opened' }, signal),
            await forge.mergeRequests({ updatedAfter: since }, signal),
          ];
    for (const one of lists.flat()) found.set(one.iid, one);
    for (const { spec, status } of promotions) {
      const { iid } = spec.mergeRequest;
      const over = status !== undefined && ENDED.has(status.phase);
      if (!over && !found.has(iid)) found.set(iid, await forge.mergeRequest(iid, signal));
    }
    // A second less, since what changed in the same one may not have been there yet.
    const newest = Math.max(...[...found.values()].map(({ updatedAt }) => updatedAt)) - 1000;
    if (found.size > 0) this.#seenUntil = Math.max(newest, since ?? 0);
    return [...found.values()].sort((a, b) => a.iid - b.iid);
  }

  async #one(
    {
      mergeRequest,
      proposal,
      pipelines,
      newer,
    }: Ours & { readonly pipelines: readonly Pipeline[]; readonly newer: boolean },
    all: readonly Promotion[],
    signal: AbortSignal,
  ): Promise<boolean> {
    const pipeline = pipelines.find(({ spec }) => spec.service === proposal.service);
    const environment = pipeline?.spec.environments.find(({ name }) => name === proposal.environment);
    if (pipeline === undefined || environment === undefined) return false;
    const promotion = await this.#ensure(mergeRequest, proposal);
    const promotions = all.filter(({ spec }) => spec.service === proposal.service);
    const managed = managedImages(pipelines, environment);
    const one: Case = { proposal, mergeRequest, pipeline: pipeline.spec, environment, promotion, promotions, managed };
    const status = mergeRequest.state === 'closed' ? closed(one, newer) : await this.#step(one, signal);
    // Before the failure is noted as an end: after a crash in between, it is looked at again.
    if (status.phase === 'Failed') await this.#takeBack(one, status, signal);
    await this.#record(one, status, signal);
    await this.#write(promotion, status);
    return !ENDED.has(status.phase);
  }

  async #step(one: Case, signal: AbortSignal): Promise<PromotionStatus> {
    const { promotion } = one;
    // What was merged after its gates had passed is not judged again: approvals and environments move on.
    const passed = promotion.status?.mergeCommit !== undefined && promotion.status.passedAt !== undefined;
    const status = passed ? promotion.status : await this.#mergeStep.run(one, signal);
    // What allowed it is on record before it is done.
    if (!passed) await this.#record(one, status, signal);
    const open = status.gates.find(({ name, state }) => state !== 'passed' && !LATER.has(name));
    if (status.mergeCommit !== undefined && open !== undefined) {
      return {
        ...status,
        phase: 'Refused',
        message: `It was merged although a gate was open: ${open.reason}`,
        finishedAt: status.mergedAt ?? '',
      };
    }
    // In need the environment does not wait for the merge, but for everything else.
    const unmerged = status.mergeCommit === undefined && status.approvedCommit === undefined;
    if (unmerged && (one.proposal.breakGlass === undefined || open !== undefined)) return status;
    return this.#deployStep.run(one, status, signal);
  }

  /** A merge request that says something else than when it was first seen is another one; the first is over. */
  async #refuseEdited(mergeRequest: MergeRequest, promotions: readonly Promotion[]): Promise<void> {
    const name = promotionName(mergeRequest);
    for (const { metadata, spec, status } of promotions) {
      const same = spec.mergeRequest.iid === mergeRequest.iid && metadata.name !== name;
      if (!same || ENDED.has(status?.phase ?? 'Waiting')) continue;
      const message = 'The description of the merge request was edited';
      await this.#objects.setStatus(metadata.name ?? '', { gates: [], ...status, phase: 'Refused', message });
    }
  }

  async #ensure(mergeRequest: MergeRequest, proposal: Proposal): Promise<Promotion> {
    const name = promotionName(mergeRequest) ?? '';
    const { service, environment, release, images, source, requestedBy } = proposal;
    const { rollbackOf, configuration, breakGlass } = proposal;
    await this.#objects.ensureRelease(release, { service, images, source });
    await this.#objects.ensurePromotion(name, {
      service,
      release,
      environment,
      mergeRequest: { iid: mergeRequest.iid, url: mergeRequest.webUrl },
      requestedBy,
      ...(rollbackOf === undefined ? {} : { rollbackOf }),
      ...(configuration === undefined ? {} : { configuration }),
      ...(breakGlass === undefined ? {} : { breakGlass }),
    });
    const promotion = await this.#objects.promotion(name);
    if (promotion === undefined) throw new RefusedError(`The promotion ${name} was deleted`);
    return promotion;
  }

  /** Tells the ledger what has happened since the promotion was looked at last; what it knows it does not hear twice. */
  async #record(one: Case, status: PromotionStatus, signal: AbortSignal): Promise<void> {
    const { ledger, clock, groupsOf } = this.#ports;
    const before = one.promotion.status;
    const groups = new Map<string, readonly string[]>();
    for (const name of status.approvers ?? []) groups.set(name, await groupsOf(name));
    for (const fact of factsOf({ ...one, before, status, now: formatTime(clock.now()), groups }))
      await ledger.append(fact, signal);
  }

  async #write(promotion: Promotion, status: PromotionStatus): Promise<void> {
    if (!jsonEqual(toJson(promotion.status ?? {}), toJson(status)))
      await this.#objects.setStatus(promotion.metadata.name ?? '', status);
  }

  /** A release that failed goes back by itself, and is given to no environment again. */
  async #takeBack(one: Case, status: PromotionStatus, signal: AbortSignal): Promise<void> {
    const { promotion, environment, promotions, proposal, managed } = one;
    if (proposal.rollbackOf !== undefined) return;
    if (!isConfiguration(proposal))
      await quarantine({ ...this.#ports, objects: this.#objects }, proposal.images, quarantineOf(promotion, status));
    const ended = promotions.map((other) =>
      other.metadata.name === promotion.metadata.name ? { ...other, status } : other,
    );
    const there = ended.filter(({ spec }) => spec.environment === environment.name);
    const target = { service: proposal.service, environment: environment.name };
    signal.throwIfAborted();
    const { iid } = await openRollback(
      { ...this.#ports, objects: this.#objects },
      { promotions: there, environment, managed, requestedBy: this.#ports.bot, target },
    );
    this.#ports.logger.info('a failed release goes back', { promotion: promotion.metadata.name, mergeRequest: iid });
  }
}

function quarantineOf({ spec }: Promotion, { message = '', finishedAt = '' }: PromotionStatus): QuarantineReason {
  return { reason: `${spec.service} failed in ${spec.environment}: ${message}`, by: 'stoa-cd', at: finishedAt };
}

/** Gates that are judged after the merge, or once more then. */
const LATER: ReadonlySet<string> = new Set(['approved-diff', 'smoke-test', 'window', 'freeze']);

interface Ours {
  readonly mergeRequest: MergeRequest;
  readonly proposal: Proposal;
}

function proposalOf({ targetBranch, description }: MergeRequest): Proposal | undefined {
  return targetBranch === 'main' ? readProposal(description) : undefined;
}

function isNewer(
  { mergeRequest, proposal }: { readonly mergeRequest: MergeRequest; readonly proposal: Proposal | undefined },
  than: Ours,
): boolean {
  const same = proposal?.service === than.proposal.service && proposal.environment === than.proposal.environment;
  return same && mergeRequest.iid > than.mergeRequest.iid;
}

function closed({ promotion }: Case, newer: boolean): PromotionStatus {
  const base = promotion.status ?? { gates: [] };
  return newer
    ? { ...base, phase: 'Superseded', message: 'A newer release took its place' }
    : { ...base, phase: 'Refused', message: 'The merge request was closed' };
}

function isEnded(promotions: readonly Promotion[], name: string | undefined): boolean {
  const phase = promotions.find(({ metadata }) => metadata.name === name)?.status?.phase;
  return phase !== undefined && ENDED.has(phase);
}
