import { normal, planOf } from '../cluster/plan.ts';
import type { Action, Plan } from '../cluster/plan.ts';
import { findCondition, isTerminating, nameOf } from '../model/meta.ts';
import type { Condition } from '../model/meta.ts';
import { isFinished } from '../model/pod.ts';
import type { Pod } from '../model/pod.ts';
import { desiredReplicas } from '../model/workloads.ts';
import type { Deployment, DeploymentStatus, ReplicaSet } from '../model/workloads.ts';
import { isScalingEvent, planScaling } from './proportional-scaling.ts';
import { REVISION, active, findNewReplicaSet, newAnnotations, replicaSetFor, revisionOf } from './replica-sets.ts';
import { changedAnnotations, planResize } from './resize.ts';
import { isRollingUpdate } from './rollout-budget.ts';
import { newReplicas, planScaleDown } from './rolling-update.ts';
import { countStatus, deadlineIn, hasDeadline, isComplete, rolloutStatus, setCondition } from './status.ts';
import type { DeploymentCondition } from './status.ts';

export interface DeploymentInputs {
  readonly deployment: Deployment;
  /** Those that it owns. */
  readonly replicaSets: readonly ReplicaSet[];
  podsOf(set: ReplicaSet): readonly Pod[];
  readonly now: number;
}

/** One step of the Deployment controller: ReplicaSets created and sized, status brought up to date. */
export function planDeployment(inputs: DeploymentInputs): Plan {
  const { deployment } = inputs;
  const rollout = new Rollout(inputs);
  if (isTerminating(deployment)) return rollout.plan(rollout.counted());
  if (deployment.spec.paused === true) return rollout.plan(rollout.paused());
  if (isScalingEvent(deployment, inputs.replicaSets)) return rollout.plan(rollout.scaled());
  return rollout.plan(isRollingUpdate(deployment) ? rollout.rolled() : rollout.recreated());
}

/** What is known and decided so far within one plan. */
class Rollout {
  readonly #deployment: Deployment;
  readonly #inputs: DeploymentInputs;
  readonly #newSet: ReplicaSet | undefined;
  readonly #oldSets: readonly ReplicaSet[];
  readonly #actions: Action[] = [];
  #conditions: readonly Condition[];

  constructor(inputs: DeploymentInputs) {
    this.#inputs = inputs;
    this.#deployment = inputs.deployment;
    this.#newSet = findNewReplicaSet(inputs.deployment, inputs.replicaSets);
    this.#oldSets = inputs.replicaSets.filter((set) => set !== this.#newSet);
    this.#conditions = inputs.deployment.status?.conditions ?? [];
  }

  plan(status: DeploymentStatus): Plan {
    const actions: Action[] = [...this.#actions, { do: 'status', object: this.#deployment, status }];
    const waiting = this.#deployment.spec.paused !== true && !isTerminating(this.#deployment);
    return planOf(actions, waiting ? deadlineIn(this.#deployment, status, this.#inputs.now) : undefined);
  }

  counted(): DeploymentStatus {
    return countStatus(this.#statusInputs());
  }

  paused(): DeploymentStatus {
    this.#markPaused(true);
    this.#scale();
    this.#cleanUp(this.counted());
    return this.counted();
  }

  scaled(): DeploymentStatus {
    this.#markPaused(false);
    this.#scale();
    return this.counted();
  }

  rolled(): DeploymentStatus {
    this.#markPaused(false);
    const newSet = this.#ensureNewSet();
    if (newSet !== undefined) {
      const size = newReplicas(this.#deployment, desiredReplicas(newSet), this.#oldSets);
      const grown = planResize(this.#deployment, { set: newSet, to: size });
      if (desiredReplicas(newSet) === size) this.#scaleDown(newSet);
      this.#actions.push(...grown);
    }
    return this.#finish();
  }

  /** All Pods of the old version go before the first of the new one comes. */
  recreated(): DeploymentStatus {
    this.#markPaused(false);
    const running = active(this.#oldSets);
    for (const set of running) this.#actions.push(...planResize(this.#deployment, { set, to: 0 }));
    const old = this.#oldSets.flatMap((set) => this.#inputs.podsOf(set)).filter((pod) => !isFinished(pod));
    if (running.length > 0 || old.length > 0) return this.#finish();
    const newSet = this.#ensureNewSet();
    if (newSet !== undefined) {
      this.#actions.push(...planResize(this.#deployment, { set: newSet, to: desiredReplicas(this.#deployment) }));
    }
    return this.#finish();
  }

  #finish(): DeploymentStatus {
    const status = rolloutStatus(this.#statusInputs());
    this.#cleanUp(status);
    return status;
  }

  /** The existing new ReplicaSet with its annotations planned; `undefined` when it has to be created first. */
  #ensureNewSet(): ReplicaSet | undefined {
    const revision = Math.max(0, ...this.#oldSets.map(revisionOf)) + 1;
    if (this.#newSet === undefined) {
      this.#createSet(revision);
      return undefined;
    }
    const annotations = changedAnnotations(this.#newSet, newAnnotations(this.#deployment, revision, this.#newSet));
    if (annotations !== undefined) {
      this.#actions.push({ do: 'patch', object: this.#newSet, changes: { metadata: { annotations } } });
    }
    this.#setRevision(Math.max(revision, revisionOf(this.#newSet)));
    if (findCondition(this.#conditions, 'Progressing') === undefined) {
      this.#progressing('True', 'FoundNewReplicaSet', `Found new replica set "${nameOf(this.#newSet)}"`);
    }
    return annotations === undefined ? this.#newSet : undefined;
  }

  #createSet(revision: number): void {
    const replicas = newReplicas(this.#deployment, 0, this.#oldSets);
    const object = replicaSetFor(this.#deployment, { replicas, revision });
    this.#actions.push({ do: 'create', object });
    if (replicas > 0) {
      const message = `Scaled up replica set ${nameOf(object)} from 0 to ${replicas}`;
      this.#actions.push(normal(this.#deployment, 'ScalingReplicaSet', message));
    }
    this.#setRevision(revision);
    this.#progressing('True', 'NewReplicaSetCreated', `Created new replica set "${nameOf(object)}"`);
  }

  #setRevision(revision: number): void {
    const text = String(revision);
    if (this.#deployment.metadata.annotations?.[REVISION] === text) return;
    const changes = { metadata: { annotations: { [REVISION]: text } } };
    this.#actions.push({ do: 'patch', object: this.#deployment, changes });
  }

  #scaleDown(newSet: ReplicaSet): void {
    for (const resize of planScaleDown(this.#deployment, newSet, this.#oldSets)) {
      this.#actions.push(...planResize(this.#deployment, resize));
    }
  }

  #scale(): void {
    const generations = { newSet: this.#newSet, oldSets: this.#oldSets };
    for (const resize of planScaling(this.#deployment, generations)) {
      this.#actions.push(...planResize(this.#deployment, resize));
    }
  }

  /** Deletes the oldest empty ReplicaSets beyond the history limit, once the rollout is complete. */
  #cleanUp(status: DeploymentStatus): void {
    const { revisionHistoryLimit: limit = 10 } = this.#deployment.spec;
    if (!isComplete(this.#deployment, status)) return;
    const old = this.#oldSets.filter((set) => !isTerminating(set)).toSorted((a, b) => revisionOf(a) - revisionOf(b));
    for (const object of old.slice(0, Math.max(0, old.length - limit))) {
      const empty = desiredReplicas(object) === 0 && (object.status?.replicas ?? 0) === 0;
      const observed = (object.status?.observedGeneration ?? 0) >= (object.metadata.generation ?? 0);
      if (empty && observed) this.#actions.push({ do: 'delete', object });
    }
  }

  #markPaused(paused: boolean): void {
    const reason = findCondition(this.#conditions, 'Progressing')?.reason;
    if (!hasDeadline(this.#deployment) || reason === 'ProgressDeadlineExceeded') return;
    if (paused && reason !== 'DeploymentPaused')
      this.#progressing('Unknown', 'DeploymentPaused', 'Deployment is paused');
    if (!paused && reason === 'DeploymentPaused') {
      this.#progressing('Unknown', 'DeploymentResumed', 'Deployment is resumed');
    }
  }

  #progressing(status: DeploymentCondition['status'], reason: string, message: string): void {
    if (!hasDeadline(this.#deployment)) return;
    const change = { type: 'Progressing', status, reason, message } as const;
    this.#conditions = setCondition(this.#conditions, change, this.#inputs.now);
  }

  #statusInputs(): Parameters<typeof countStatus>[0] {
    return {
      deployment: this.#deployment,
      newSet: this.#newSet,
      oldSets: this.#oldSets,
      conditions: this.#conditions,
      now: this.#inputs.now,
    };
  }
}
