import type { Informer, Reconciler, Request, Result } from '../../controller/index.ts';
import { formatTime, messageOf } from '../../core/index.ts';
import type { Clock, Logger } from '../../core/index.ts';
import { isApiError } from '../../kube/index.ts';
import type { KubeClient, KubeObject, ObjectKey } from '../../kube/index.ts';
import { RESOURCES_FINALIZER, annotation } from '../annotations.ts';
import { APPLICATION_SET_GVK } from '../application.ts';
import type { ApplicationDestination } from '../application.ts';
import type { ApplicationStore } from '../application-store.ts';
import { InvalidApplicationError } from '../errors.ts';
import type { EventRecorder } from '../events.ts';
import type { Repositories } from '../repositories.ts';
import { admit, allGenerators } from './admission.ts';
import type { Admitted, Refusal } from './admission.ts';
import { describePlan, planApplications } from './application-plan.ts';
import type { ApplicationPlan } from './application-plan.ts';
import type { ApplicationSet } from './application-set.ts';
import { generateApplications, invalidGenerators } from './application-template.ts';
import type { GeneratedApplications } from './application-template.ts';
import { isGeneratedBy } from './generated-object.ts';
import type { GeneratorContext } from './generators/generate.ts';
import type { ForgePolicy } from './generators/forge-policy.ts';
import type { ForgeSource } from './generators/sources.ts';
import { gitSource, hubSource } from './hub-sources.ts';
import { parseApplicationSet } from './parse-application-set.ts';
import { stepRollout } from './rolling-sync.ts';
import type { RollingStep } from './rolling-sync.ts';
import { isRollingSync } from './rollout.ts';
import { finalizeSet } from './set-deletion.ts';
import type { SetMemory } from './set-memory.ts';
import { REMOVAL_REQUESTED, setOptionsOf } from './set-options.ts';
import type { SetOptions } from './set-options.ts';
import { conditionsOf, pendingConditions, rolloutCondition, setStatusPatch } from './set-status.ts';
import type { Problem, SetReport } from './set-status.ts';
import { SetWriter } from './set-writer.ts';
import type { Carried } from './set-writer.ts';

export interface SetPorts {
  readonly hub: KubeClient;
  readonly home: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly events: EventRecorder;
  readonly sets: Informer;
  readonly applications: ApplicationStore;
  readonly projects: Informer;
  readonly secrets: Informer;
  readonly repositories: Repositories;
  readonly memory: SetMemory;
  /** @throws InvalidApplicationError when the destination names no cluster */
  readonly checkDestination: (destination: ApplicationDestination) => void;
  readonly forge?: ForgeSource;
  readonly forgePolicy: ForgePolicy;
}

/** Upstream's, on a set: asks to generate anew. */
const REFRESH = 'argocd.argoproj.io/application-set-refresh';
/** Until what went wrong is tried again when nothing tells that it got better. */
const RETRY_MS = 180_000;
const FORGE_POLL_MS = 1_800_000;
const MIN_FORGE_POLL_MS = 30_000;

export function setKeyOf({ metadata }: Pick<KubeObject, 'metadata'>): ObjectKey {
  return { ...APPLICATION_SET_GVK, name: metadata.name ?? '', namespace: metadata.namespace ?? '' };
}

/** Makes the Applications be what a set's generators and template say, and its status say how far that is. */
export class ApplicationSetReconciler implements Reconciler {
  readonly #ports: SetPorts;

  constructor(ports: SetPorts) {
    this.#ports = ports;
  }

  async reconcile(request: Request, stop: AbortSignal): Promise<Result | undefined> {
    const signal = AbortSignal.any([stop]);
    const object = this.#ports.sets.get(request);
    if (object === undefined) {
      this.#ports.memory.forget(request);
      return undefined;
    }
    const owned = this.#owned(object);
    if (object.metadata.deletionTimestamp !== undefined) {
      await finalizeSet(object, { owned, hub: this.#ports.hub, signal });
      return undefined;
    }
    await this.#prepare(object, signal);
    try {
      const set = parseApplicationSet(object);
      const options = setOptionsOf(set);
      return await new SetReconciliation({ set, options, owned, signal }, this.#ports).run();
    } catch (error) {
      if (!(error instanceof InvalidApplicationError)) throw error;
      const problem = { reason: 'ApplicationSetInvalid', message: messageOf(error), parametersGenerated: false };
      const report = { conditions: conditionsOf(problem), applications: owned, now: this.#ports.clock.now() };
      await writeStatus(object as ApplicationSet, report, { hub: this.#ports.hub, signal });
      return undefined;
    }
  }

  #owned(set: KubeObject): readonly KubeObject[] {
    return this.#ports.applications
      .list(set.metadata.namespace)
      .filter((object) => isGeneratedBy(object, set))
      .map((object) => this.#ports.applications.get(requestTo(object)) ?? object);
  }

  /** Puts the finalizer there that lets a set's end be the set's to say, and does what a refresh asks for. */
  async #prepare(set: KubeObject, signal: AbortSignal): Promise<void> {
    const { finalizers = [] } = set.metadata;
    const refresh = annotation(set, REFRESH) !== undefined;
    if (refresh) await this.#look(requestTo(set));
    if (finalizers.includes(RESOURCES_FINALIZER) && !refresh) return;
    const metadata = {
      finalizers: [...new Set([...finalizers, RESOURCES_FINALIZER])],
      ...(refresh ? { annotations: { [REFRESH]: null } } : {}),
    };
    await this.#ports.hub.patch(setKeyOf(set), { type: 'merge', body: { metadata } }, { signal });
  }

  async #look(request: Request): Promise<void> {
    for (const url of this.#ports.memory.of(request).repositories) {
      try {
        const repository = await this.#ports.repositories.get(url);
        await repository.look();
      } catch (error) {
        // The generator meets the same failure and shows it.
        this.#ports.logger.debug('cannot refresh repository', { repository: url, error: messageOf(error) });
      }
    }
  }
}

function requestTo({ metadata }: Pick<KubeObject, 'metadata'>): { readonly namespace: string; readonly name: string } {
  return { namespace: metadata.namespace ?? '', name: metadata.name ?? '' };
}

interface StatusPorts {
  readonly hub: KubeClient;
  readonly signal: AbortSignal;
}

async function writeStatus(set: ApplicationSet, report: SetReport, { hub, signal }: StatusPorts): Promise<void> {
  const body = setStatusPatch(set, report);
  if (body === undefined) return;
  try {
    await hub.patch(setKeyOf(set), { type: 'merge', body }, { signal, subresource: 'status' });
  } catch (error) {
    if (!isApiError(error, 'NotFound')) throw error;
  }
}

interface SetContext {
  readonly set: ApplicationSet;
  readonly options: SetOptions;
  readonly owned: readonly KubeObject[];
  readonly signal: AbortSignal;
}

interface Findings {
  readonly generated: GeneratedApplications;
  readonly admitted: Admitted;
  readonly plan: ApplicationPlan;
  readonly held?: string;
  readonly rollout?: RollingStep;
}

/** One reconciliation of one set. */
class SetReconciliation {
  readonly #context: SetContext;
  readonly #ports: SetPorts;
  readonly #now: number;

  constructor(context: SetContext, ports: SetPorts) {
    this.#context = context;
    this.#ports = ports;
    this.#now = ports.clock.now();
  }

  async run(): Promise<Result | undefined> {
    const { set, options, signal } = this.#context;
    const generated = await this.#generate();
    const admitted = this.#admit(generated);
    const rollout = await this.#rollOut(admitted.applications);
    const findings = this.#plan(generated, admitted, rollout);
    const { plan } = findings;
    if (options.dryRun) {
      await this.#report(findings, { written: [], faults: [] });
      return this.#result(findings);
    }
    const writer = new SetWriter(this.#ports.hub, signal);
    const requested = { metadata: { annotations: { [REMOVAL_REQUESTED]: formatTime(this.#now) } } };
    const carried = await writer.carryOut(plan, requested);
    if (plan.removal.removals.length > 0) this.#ports.memory.of(requestTo(set)).lastPass = this.#now;
    for (const { name, what } of carried.written) {
      const event = { reason: what, message: `${what} Application ${JSON.stringify(name)}` };
      this.#ports.events.record(set, event);
    }
    await this.#report(findings, carried);
    if (carried.failure !== undefined) throw carried.failure as Error;
    return this.#result(findings);
  }

  async #generate(): Promise<GeneratedApplications> {
    const { set, signal } = this.#context;
    const { hub, secrets, home, repositories, memory, forge, forgePolicy } = this.#ports;
    const remembered = memory.of(requestTo(set));
    const context: GeneratorContext = {
      spec: set.spec,
      sources: {
        git: gitSource(repositories, (url) => remembered.repositories.add(url)),
        clusters: hubSource({ hub, secrets, home, namespace: set.metadata.namespace ?? '' }),
        ...(forge === undefined ? {} : { forge }),
      },
      forgePolicy,
      signal,
    };
    const tolerated: string[] = [];
    const found = await generateApplications(set, { ...context, tolerate: (error) => tolerated.push(error.message) });
    const faults = [
      ...unknownGenerators(set),
      ...tolerated.map((message) => ({ reason: 'ApplicationParamsGenerationError', message })),
      ...found.faults,
    ];
    return { ...found, faults };
  }

  #admit(generated: GeneratedApplications): Admitted {
    const { set, options } = this.#context;
    const { applications, projects, home, checkDestination } = this.#ports;
    const namespace = set.metadata.namespace ?? '';
    return admit(generated.applications, {
      set,
      options,
      checkDestination,
      find: (name) => applications.get({ namespace, name }),
      projectExists: (name) => projects.get({ namespace: home, name }) !== undefined,
    });
  }

  /** Writes down how far the rollout is before it goes on, so that a restart carries on with it. */
  async #rollOut(desired: readonly KubeObject[]): Promise<RollingStep | undefined> {
    const { set, options, owned, signal } = this.#context;
    if (!isRollingSync(set)) return undefined;
    const step = stepRollout({ set, desired, owned, now: this.#now });
    if (options.dryRun) return step;
    const conditions = set.status?.conditions ?? [];
    const report = { conditions, applications: owned, rollout: step.statuses, now: this.#now };
    await writeStatus(set, report, { hub: this.#ports.hub, signal });
    return step;
  }

  #plan(generated: GeneratedApplications, admitted: Admitted, rollout: RollingStep | undefined): Findings {
    const { set, options, owned } = this.#context;
    const { applications, memory } = this.#ports;
    const desired = rollout?.desired ?? admitted.applications;
    const namespace = set.metadata.namespace ?? '';
    const live = desired.flatMap(({ metadata: { name = '' } }) => {
      const found = applications.get({ namespace, name });
      return found === undefined ? [] : [[name, found] as const];
    });
    const held = heldBecause(generated, options);
    const { lastPass } = memory.of(requestTo(set));
    const plan = planApplications({
      set,
      options,
      desired,
      names: new Set(generated.applications.map(({ metadata }) => metadata.name ?? '')),
      live: new Map(live),
      owned,
      now: this.#now,
      ...(held === undefined ? {} : { held }),
      ...(lastPass === undefined ? {} : { lastPass }),
    });
    return {
      generated,
      admitted,
      plan,
      ...(held === undefined ? {} : { held }),
      ...(rollout === undefined ? {} : { rollout }),
    };
  }

  async #report(findings: Findings, carried: Carried): Promise<void> {
    const { set, owned, signal } = this.#context;
    const { rollout } = findings;
    const conditions = [
      ...this.#conditions(findings, carried),
      ...(rollout === undefined ? [] : [rolloutCondition(rollout.statuses)]),
    ];
    const stale = rollout === undefined && (set.status?.applicationStatus ?? []).length > 0;
    const statuses = rollout?.statuses ?? (stale ? [] : undefined);
    const report = { conditions, applications: owned, now: this.#now };
    // the rollout may have been written a moment ago
    const known =
      rollout === undefined
        ? set
        : ({ ...set, status: { ...set.status, applicationStatus: rollout.statuses } } as ApplicationSet);
    await writeStatus(known, statuses === undefined ? report : { ...report, rollout: statuses }, {
      hub: this.#ports.hub,
      signal,
    });
  }

  #conditions(findings: Findings, carried: Carried): ReturnType<typeof conditionsOf> {
    const { options, owned } = this.#context;
    const { plan, held } = findings;
    const problem = problemOf(findings, carried);
    if (problem !== undefined) return conditionsOf(problem);
    const planned = options.dryRun ? describePlan(plan) : undefined;
    if (planned !== undefined) return pendingConditions('DryRun', planned);
    if (held !== undefined && owned.length > 0) return pendingConditions('RemovalHeld', held);
    const { waiting, unapproved } = plan.removal;
    if (unapproved.length > 0) {
      const message = `the removal of ${namesOf(unapproved)} would delete data and waits to be approved`;
      return pendingConditions('RemovalUnapproved', message);
    }
    if (waiting.length > 0) return pendingConditions('RemovalPending', `${namesOf(waiting)} will be removed`);
    return conditionsOf(undefined);
  }

  #result({ generated, admitted, plan, rollout }: Findings): Result | undefined {
    const polls = forgePolls(this.#context.set);
    const wrong = generated.faults.length > 0 || admitted.refused.length > 0;
    const waits = [plan.removal.again, rollout?.again, ...polls, ...(wrong ? [RETRY_MS] : [])].filter(
      (ms) => ms !== undefined,
    );
    return waits.length === 0 ? undefined : { requeueAfter: Math.min(...waits) };
  }
}

function unknownGenerators(set: ApplicationSet): readonly { readonly reason: string; readonly message: string }[] {
  const { found, names } = invalidGenerators(set);
  if (!found) return [];
  const which = names.length === 0 ? '' : ` (${names.join(', ')})`;
  const message = `ApplicationSet ${set.metadata.name ?? ''} contains unrecognized generators${which}`;
  return [{ reason: 'ApplicationParamsGenerationError', message }];
}

/** Why it is not known which Applications are no longer wanted. */
function heldBecause({ faults, empty }: GeneratedApplications, { allowEmpty }: SetOptions): string | undefined {
  if (faults.length > 0) return 'nothing is removed while something cannot be generated';
  if (empty && !allowEmpty) return 'nothing is removed while a generator gives no parameters';
  return undefined;
}

function problemOf({ generated, admitted, plan }: Findings, { faults }: Carried): Problem | undefined {
  const [fault] = generated.faults;
  if (fault !== undefined) {
    return { ...fault, message: counted(fault.message, generated.faults.length), parametersGenerated: false };
  }
  const refused = [...admitted.refused, ...plan.faults];
  return invalid('ApplicationValidationError', refused) ?? invalid('UpdateApplicationError', faults);
}

function invalid(reason: string, refused: readonly Refusal[]): Problem | undefined {
  const [first] = refused;
  if (first === undefined) return undefined;
  return { reason, message: counted(first.message, refused.length), parametersGenerated: true };
}

function counted(message: string, count: number): string {
  return count > 1 ? `${message} (and ${count - 1} more)` : message;
}

function namesOf(objects: readonly KubeObject[]): string {
  const names = objects.slice(0, 10).map(({ metadata }) => metadata.name ?? '');
  return objects.length > names.length
    ? `${names.join(', ')} and ${objects.length - names.length} more`
    : names.join(', ');
}

/** After how long generators are to ask a forge again. */
function forgePolls({ spec }: ApplicationSet): readonly number[] {
  return allGenerators(spec.generators ?? []).flatMap(({ pullRequest, scmProvider }) =>
    [pullRequest, scmProvider].flatMap((generator) => {
      if (generator === undefined || generator === null) return [];
      const seconds = generator['requeueAfterSeconds'];
      return [typeof seconds === 'number' && seconds > 0 ? Math.max(MIN_FORGE_POLL_MS, seconds * 1000) : FORGE_POLL_MS];
    }),
  );
}
