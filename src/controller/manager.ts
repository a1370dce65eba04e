import type { Clock, Ids, Logger } from '../core/index.ts';
import { apiVersionOf } from '../kube/index.ts';
import type { Reader } from '../kube/index.ts';
import type { Change, IndexedInformer, Informer, Request } from './contract.ts';
import { QueueController } from './controller.ts';
import type { Controller, ControllerOptions } from './controller.ts';
import { createInformer } from './informer.ts';
import type { InformerOptions } from './informer.ts';
import { watchInto } from './watch-into.ts';

export interface ManagerOptions {
  readonly client: Pick<Reader, 'list' | 'watch'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly ids?: Ids;
}

export interface WatchSource {
  readonly informer: Informer;
  /** @default the object itself */
  readonly map?: (change: Change) => readonly Request[];
}

export type ManagedInformerOptions = Omit<InformerOptions, 'client' | 'clock' | 'logger' | 'ids'>;

export type ManagedControllerOptions = Omit<ControllerOptions, 'clock' | 'logger'> & {
  readonly watches: readonly WatchSource[];
};

/** Owns the informers and controllers of one cluster. Everything is registered before {@link Manager.start}. */
export interface Manager extends AsyncDisposable {
  /** One informer per kind, namespace and selector: asking again gives the same one. */
  informer(options: ManagedInformerOptions): IndexedInformer;
  controller(options: ManagedControllerOptions): Controller;
  /** Starts the informers, waits for their first lists, then starts the controllers. @throws the signal's reason */
  start(signal: AbortSignal): Promise<void>;
}

export function createManager(options: ManagerOptions): Manager {
  return new OrderedManager(options);
}

class OrderedManager implements Manager {
  readonly #options: ManagerOptions;
  readonly #informers = new Map<string, IndexedInformer>();
  readonly #controllers: QueueController[] = [];
  readonly #watches: Disposable[] = [];

  constructor(options: ManagerOptions) {
    this.#options = options;
  }

  informer(options: ManagedInformerOptions): IndexedInformer {
    const { gvk, namespace = '', labelSelector = '' } = options;
    const key = [apiVersionOf(gvk), gvk.kind, namespace, labelSelector].join('|');
    const known = this.#informers.get(key);
    if (known !== undefined) return known;
    const informer = createInformer({ ...this.#options, ...options });
    this.#informers.set(key, informer);
    return informer;
  }

  controller(options: ManagedControllerOptions): Controller {
    const { clock, logger } = this.#options;
    const controller = new QueueController({ ...options, clock, logger });
    for (const { informer, map } of options.watches) this.#watches.push(watchInto(informer, controller, map));
    this.#controllers.push(controller);
    return controller;
  }

  async start(signal: AbortSignal): Promise<void> {
    await Promise.all([...this.#informers.values()].map((informer) => informer.start(signal)));
    for (const controller of this.#controllers) controller.start(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const watch of this.#watches) watch[Symbol.dispose]();
    for (const controller of this.#controllers.toReversed()) await controller[Symbol.asyncDispose]();
    await Promise.all([...this.#informers.values()].map((informer) => informer[Symbol.asyncDispose]()));
  }
}
