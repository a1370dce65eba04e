import type { z } from 'zod';
import { createInformer, withoutManagedFields } from '../../controller/index.ts';
import type { Informer } from '../../controller/index.ts';
import { messageOf } from '../../core/index.ts';
import type { Clock, Logger } from '../../core/index.ts';
import type { KubeClient, KubeObject } from '../../kube/index.ts';
import { DELIVERY_API_VERSION } from '../../promotion/index.ts';
import {
  applicationObjectSchema,
  freezeObjectSchema,
  pipelineSchema,
  promotionSchema,
  quarantineObjectSchema,
  releaseSchema,
} from './schema.ts';
import type { ApplicationView, HubState } from './schema.ts';

/** Namespace of the hub that holds Applications and delivery objects. */
const NAMESPACE = 'argocd';
/** Changes that come closer together than this are told as one. */
const SETTLE_MS = 50;
/** Somebody is looking at the page. */
const LONGEST_RETRY_MS = 5_000;

export interface HubReaderOptions {
  readonly hub: Pick<KubeClient, 'list' | 'watch'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Reads what the page shows from the hub, and tells when it has changed. */
export class HubReader implements AsyncDisposable {
  readonly #options: HubReaderOptions;
  readonly #kinds: Readonly<Record<keyof HubState, Informer>>;
  readonly #listeners = new Set<(applications: ReadonlySet<string>) => void>();
  readonly #changedApplications = new Set<string>();
  readonly #stop = new AbortController();
  /** What each stored object says; `undefined` for one that is not what its kind says. */
  readonly #parsed = new WeakMap<KubeObject, unknown>();
  #settling: Disposable | undefined;

  constructor(options: HubReaderOptions) {
    this.#options = options;
    this.#kinds = {
      pipelines: this.#informer(DELIVERY_API_VERSION, 'Pipeline'),
      releases: this.#informer(DELIVERY_API_VERSION, 'Release'),
      promotions: this.#informer(DELIVERY_API_VERSION, 'Promotion'),
      applications: this.#informer('argoproj.io/v1alpha1', 'Application'),
      freezes: this.#informer(DELIVERY_API_VERSION, 'Freeze'),
      quarantines: this.#informer(DELIVERY_API_VERSION, 'Quarantine'),
    };
    for (const [kind, informer] of Object.entries(this.#kinds)) {
      informer.onChange(({ before, after }) => this.#changed(kind, after ?? before));
    }
  }

  /** Begins to read; returns at once, because the hub may come up later than the page. */
  start(): void {
    for (const informer of Object.values(this.#kinds)) {
      informer.start(this.#stop.signal).catch((error: unknown) => {
        if (this.#stop.signal.aborted) return;
        this.#options.logger.error('Cannot read the hub', { error: messageOf(error) });
      });
    }
  }

  /** False until each kind has been read once. */
  get synced(): boolean {
    return Object.values(this.#kinds).every((informer) => informer.synced);
  }

  state(): HubState {
    const { pipelines, releases, promotions, applications, freezes, quarantines } = this.#kinds;
    return {
      pipelines: this.#parse(pipelines, pipelineSchema).sort((a, b) => compare(a.spec.service, b.spec.service)),
      releases: this.#parse(releases, releaseSchema),
      promotions: this.#parse(promotions, promotionSchema),
      applications: this.#parse(applications, applicationObjectSchema).sort((a, b) =>
        compare(a.metadata.name, b.metadata.name),
      ),
      freezes: this.#parse(freezes, freezeObjectSchema),
      quarantines: this.#parse(quarantines, quarantineObjectSchema),
    };
  }

  application(name: string): ApplicationView | undefined {
    const object = this.#kinds.applications.get({ namespace: NAMESPACE, name });
    return object === undefined ? undefined : applicationObjectSchema.safeParse(object).data;
  }

  /** Calls `listener` with the names of the Applications that changed (possibly none) after something did. */
  onChange(listener: (applications: ReadonlySet<string>) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#settling?.[Symbol.dispose]();
    this.#listeners.clear();
    await Promise.all(Object.values(this.#kinds).map((informer) => informer[Symbol.asyncDispose]()));
  }

  #informer(apiVersion: string, kind: string): Informer {
    const { hub: client, clock, logger } = this.#options;
    const [group = '', version = ''] = apiVersion.split('/');
    const gvk = { group, version, kind };
    const options = { client, gvk, namespace: NAMESPACE, clock, logger, transform: withoutManagedFields };
    return createInformer({ ...options, backoff: { cap: LONGEST_RETRY_MS } });
  }

  #changed(kind: string, object: KubeObject | undefined): void {
    if (kind === 'applications') this.#changedApplications.add(object?.metadata.name ?? '');
    this.#settling ??= this.#options.clock.after(SETTLE_MS, () => this.#tell());
  }

  #tell(): void {
    this.#settling = undefined;
    const applications = new Set(this.#changedApplications);
    this.#changedApplications.clear();
    for (const listener of [...this.#listeners]) listener(applications);
  }

  /** Objects that are not what their kind says are left out and logged: one must not take the page down. */
  #parse<Schema extends z.ZodType>(informer: Informer, schema: Schema): z.infer<Schema>[] {
    return informer.list(NAMESPACE).flatMap((object) => {
      if (!this.#parsed.has(object)) this.#parsed.set(object, this.#parseOne(object, schema));
      const parsed = this.#parsed.get(object) as z.infer<Schema> | undefined;
      return parsed === undefined ? [] : [parsed];
    });
  }

  #parseOne(object: KubeObject, schema: z.ZodType): unknown {
    const parsed = schema.safeParse(object);
    if (parsed.success) return parsed.data;
    const { name } = object.metadata;
    this.#options.logger.warn('Left an object out', { kind: object.kind, name, error: parsed.error.message });
    return undefined;
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
