import type { JsonObject } from '../core/index.ts';
import { isApiError } from '../kube/index.ts';
import type { KubeClient, KubeObject } from '../kube/index.ts';
import { DELIVERY_API_VERSION } from './kinds.ts';
import type { Pipeline, Promotion, PromotionSpec, PromotionStatus, Release, ReleaseSpec } from './kinds.ts';
import { pipelineSchema } from './schema.ts';

const [GROUP = '', VERSION = ''] = DELIVERY_API_VERSION.split('/');

/** Pipelines, Releases and Promotions on the hub. All methods throw ApiError. */
export class DeliveryObjects {
  readonly #hub: KubeClient;
  readonly #namespace: string;

  constructor(hub: KubeClient, namespace = 'argocd') {
    this.#hub = hub;
    this.#namespace = namespace;
  }

  async pipelines(): Promise<readonly Pipeline[]> {
    const items = await this.#list('Pipeline');
    return items
      .filter((item) => pipelineSchema.safeParse(item['spec']).success)
      .map((item) => ({ ...(item as unknown as Pipeline), spec: pipelineSchema.parse(item['spec']) }));
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

function toJson(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}
