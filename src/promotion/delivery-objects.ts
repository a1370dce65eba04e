import type { z } from 'zod';
import { silentLogger, toJson } from '../core/index.ts';
import type { JsonObject, Logger } from '../core/index.ts';
import { isApiError } from '../kube/index.ts';
import type { KubeClient, KubeObject } from '../kube/index.ts';
import { refuse } from './errors.ts';
import { DELIVERY_API_VERSION } from './kinds.ts';
import type {
  Freeze,
  Gate,
  Pipeline,
  Promotion,
  PromotionSpec,
  PromotionStatus,
  Quarantine,
  Release,
  ReleaseSpec,
} from './kinds.ts';
import { applicationSchema, freezeSchema, gateSchema, pipelineSchema, quarantineSchema } from './schema.ts';
import type { ApplicationView } from './schema.ts';

const [GROUP = '', VERSION = ''] = DELIVERY_API_VERSION.split('/');

/** The delivery kinds on the hub. All methods throw ApiError. */
export class DeliveryObjects {
  readonly #hub: KubeClient;
  readonly #logger: Logger;
  readonly #namespace = 'argocd';

  constructor(hub: KubeClient, logger: Logger = silentLogger) {
    this.#hub = hub;
    this.#logger = logger;
  }

  /** Those that can be read; of the others the log tells. */
  async pipelines(): Promise<readonly Pipeline[]> {
    return (await this.#list('Pipeline')).flatMap((item) => {
      const parsed = pipelineSchema.safeParse(item['spec']);
      if (parsed.success) return [{ ...(item as unknown as Pipeline), spec: parsed.data }];
      this.#logger.warn('a Pipeline cannot be read', { name: item.metadata.name, reason: firstIssue(parsed.error) });
      return [];
    });
  }

  gates(): Promise<readonly Gate[]> {
    return this.#read<Gate>('Gate', gateSchema);
  }

  freezes(): Promise<readonly Freeze[]> {
    return this.#read<Freeze>('Freeze', freezeSchema);
  }

  quarantines(): Promise<readonly Quarantine[]> {
    return this.#read<Quarantine>('Quarantine', quarantineSchema);
  }

  /** An Application of Argo CD, as far as delivery reads it. */
  async application(name: string): Promise<ApplicationView | undefined> {
    const key = { group: 'argoproj.io', version: 'v1alpha1', kind: 'Application', namespace: this.#namespace, name };
    const parsed = applicationSchema.safeParse(await this.#hub.get(key));
    return parsed.success ? parsed.data : undefined;
  }

  async promotions(): Promise<readonly Promotion[]> {
    return (await this.#list('Promotion')) as unknown as readonly Promotion[];
  }

  async promotion(name: string): Promise<Promotion | undefined> {
    return (await this.#get('Promotion', name)) as unknown as Promotion | undefined;
  }

  async release(name: string): Promise<Release | undefined> {
    return (await this.#get('Release', name)) as unknown as Release | undefined;
  }

  /** Releases never change: one that is there stays as it is. */
  async ensureRelease(name: string, spec: ReleaseSpec): Promise<void> {
    await this.#create('Release', name, { spec: toJson(spec) });
  }

  async ensurePromotion(name: string, spec: PromotionSpec): Promise<void> {
    await this.#create('Promotion', name, { spec: toJson(spec) });
  }

  async ensureFreeze(name: string, spec: Freeze['spec']): Promise<void> {
    await this.#create('Freeze', name, { spec: toJson(spec) });
  }

  async removeFreeze(name: string): Promise<void> {
    await this.#hub.delete(this.#key('Freeze', name)).catch((error: unknown) => {
      if (!isApiError(error, 'NotFound')) throw error;
    });
  }

  async ensureQuarantine(name: string, spec: Quarantine['spec']): Promise<void> {
    await this.#create('Quarantine', name, { spec: toJson(spec) });
  }

  /** Sets parts of a quarantine; `null` takes a part away. */
  async changeQuarantine(name: string, spec: JsonObject): Promise<void> {
    await this.#hub.patch(this.#key('Quarantine', name), { type: 'merge', body: { spec } });
  }

  async review(name: string, review: NonNullable<PromotionSpec['review']>): Promise<void> {
    await this.#hub.patch(this.#key('Promotion', name), { type: 'merge', body: { spec: { review } } });
  }

  async setStatus(name: string, status: PromotionStatus): Promise<void> {
    await this.#hub.patch(
      this.#key('Promotion', name),
      { type: 'merge', body: { status: toJson(status) } },
      { subresource: 'status' },
    );
  }

  async requestDeploy(name: string, deploy: { readonly requestedBy: string; readonly at: string }): Promise<void> {
    await this.#hub.patch(this.#key('Promotion', name), { type: 'merge', body: { spec: { deploy } } });
  }

  /** @throws RefusedError for one that cannot be read: what would stop a deployment is never left out */
  async #read<T extends { readonly spec: unknown }>(kind: string, schema: z.ZodType<T['spec']>): Promise<readonly T[]> {
    return (await this.#list(kind)).map((item) => {
      const parsed = schema.safeParse(item['spec']);
      if (!parsed.success)
        refuse(`The ${kind} ${item.metadata.name ?? ''} cannot be read: ${firstIssue(parsed.error)}`);
      return { ...(item as unknown as T), spec: parsed.data };
    });
  }

  async #list(kind: string): Promise<readonly KubeObject[]> {
    try {
      return (await this.#hub.list({ group: GROUP, version: VERSION, kind }, { namespace: this.#namespace })).items;
    } catch (error) {
      if (isApiError(error, 'NotFound')) return [];
      throw error;
    }
  }

  #get(kind: string, name: string): Promise<KubeObject | undefined> {
    return this.#hub.get(this.#key(kind, name));
  }

  async #create(kind: string, name: string, rest: JsonObject): Promise<void> {
    if ((await this.#get(kind, name)) !== undefined) return;
    const object: KubeObject = {
      apiVersion: DELIVERY_API_VERSION,
      kind,
      metadata: { name, namespace: this.#namespace },
      ...rest,
    };
    await this.#hub.create(object).catch((error: unknown) => {
      if (!isApiError(error, 'AlreadyExists')) throw error;
    });
  }

  #key(
    kind: string,
    name: string,
  ): {
    readonly group: string;
    readonly version: string;
    readonly kind: string;
    readonly name: string;
    readonly namespace: string;
  } {
    return { group: GROUP, version: VERSION, kind, name, namespace: this.#namespace };
  }
}

function firstIssue({ issues: [issue] }: z.ZodError): string {
  return `spec.${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`;
}
