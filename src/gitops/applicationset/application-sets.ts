import { requestOf, startController } from '../../controller/index.ts';
import type { Controller, Informer, Request } from '../../controller/index.ts';
import type { KubeObject } from '../../kube/index.ts';
import { asksForWork } from '../application-store.ts';
import { ApplicationSetReconciler } from './application-set-reconciler.ts';
import type { SetPorts } from './application-set-reconciler.ts';
import { isRollingSync } from './rollout.ts';
import type { ApplicationSet } from './application-set.ts';
import { SetMemory } from './set-memory.ts';

export interface ApplicationSetsOptions extends Omit<SetPorts, 'memory'> {
  /** Every Application, as the store of {@link SetPorts.applications} reads them. */
  readonly applicationChanges: Informer;
  readonly signal: AbortSignal;
}

/** Until the health and sync of Applications are copied into their set's status: many change at the same time. */
const COPY_DELAY_MS = 1_000;
const WORKERS = 4;

/** The controller of ApplicationSets. */
export class ApplicationSets implements AsyncDisposable {
  readonly #options: ApplicationSetsOptions;
  readonly #memory = new SetMemory();
  #controller: Controller | undefined;

  constructor(options: ApplicationSetsOptions) {
    this.#options = options;
  }

  /** Resolves once the sets are known. */
  async start(): Promise<void> {
    const { sets, clock, logger, signal } = this.#options;
    await sets.start(signal);
    const reconciler = new ApplicationSetReconciler({ ...this.#options, memory: this.#memory });
    this.#controller = startController({ name: 'applicationset', reconciler, workers: WORKERS, clock, logger, signal });
    this.#watch(this.#controller);
  }

  #watch(controller: Controller): void {
    const { sets, projects, secrets, applicationChanges } = this.#options;
    sets.onChange(({ before, after }) => {
      const object = after ?? before;
      if (object === undefined || (after !== undefined && !asksForWork(before, after))) return;
      controller.enqueue(requestOf(object));
    });
    applicationChanges.onChange(({ before, after }) => {
      const object = after ?? before;
      const request = object === undefined ? undefined : ownerOf(object);
      if (request === undefined) return;
      const set = sets.get(request);
      const rolls = set !== undefined && isRollingSync(set as unknown as ApplicationSet);
      if (after === undefined || rolls || asksForWork(before, after)) controller.enqueue(request);
      else controller.enqueueAfter(request, COPY_DELAY_MS);
    });
    const all = (): void => {
      for (const object of sets.list()) controller.enqueue(requestOf(object));
    };
    projects.onChange(all);
    secrets.onChange(all);
    all();
  }

  /** A ref of the repository has moved, or it can be reached again. */
  repositoryMoved(url: string): void {
    for (const request of this.#memory.readersOf(url)) this.#controller?.enqueue(request);
  }

  async idle(): Promise<void> {
    await this.#controller?.idle();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#controller?.[Symbol.asyncDispose]();
    await this.#options.sets[Symbol.asyncDispose]();
  }
}

/** The set that made the Application. */
function ownerOf({ metadata }: KubeObject): Request | undefined {
  const owner = metadata.ownerReferences?.find(
    ({ kind, controller }) => controller === true && kind === 'ApplicationSet',
  );
  return owner === undefined ? undefined : { namespace: metadata.namespace ?? '', name: owner.name };
}
