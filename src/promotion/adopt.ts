import { RefusedError, YamlError, formatTime } from '../core/index.ts';
import { adoptionFact } from '../evidence/index.ts';
import type { Fact } from '../evidence/index.ts';
import type { DeliveryObjects } from './delivery-objects.ts';
import { refOf } from './environment-ref.ts';
import { createImageGate } from './image-gate.ts';
import type { ImageGate } from './image-gate.ts';
import { imagesOf } from './images.ts';
import type { PipelineEnvironment, PipelineSpec, Promotion, ReleaseImage } from './kinds.ts';
import type { PromotionPorts } from './ports.ts';

interface Place {
  readonly pipeline: PipelineSpec;
  readonly environment: PipelineEnvironment;
}

/**
 * Takes over what environments ran before anything was promoted to them: the ledger is told once what it was, and
 * whether the policy for images would have let it through. Nobody approved it, and the record does not say so.
 */
export class Adoption {
  readonly #ports: PromotionPorts;
  readonly #objects: DeliveryObjects;
  readonly #gate: ImageGate;
  /** Places that need no further look. */
  readonly #done = new Set<string>();

  constructor(ports: PromotionPorts, objects: DeliveryObjects) {
    this.#ports = ports;
    this.#objects = objects;
    this.#gate = createImageGate(ports);
  }

  async run(pipelines: readonly PipelineSpec[], promotions: readonly Promotion[], signal: AbortSignal): Promise<void> {
    for (const pipeline of pipelines)
      for (const environment of pipeline.environments) await this.#one({ pipeline, environment }, promotions, signal);
  }

  async #one({ pipeline, environment }: Place, promotions: readonly Promotion[], signal: AbortSignal): Promise<void> {
    const key = `${pipeline.service}/${environment.name}`;
    if (this.#done.has(key)) return;
    const promoted = promotions.some(
      ({ spec, status }) =>
        spec.service === pipeline.service &&
        spec.environment === environment.name &&
        status?.approvedCommit !== undefined,
    );
    const fact = promoted ? undefined : await this.#factOf({ pipeline, environment }, signal);
    if (!promoted && fact === undefined) return;
    if (fact !== undefined) await this.#ports.ledger.append(fact, signal);
    this.#done.add(key);
  }

  /** `undefined` while the environment does not run what its ref names. */
  async #factOf({ pipeline, environment }: Place, signal: AbortSignal): Promise<Fact | undefined> {
    const { mirror, clock } = this.#ports;
    const application = await this.#objects.application(environment.application);
    const commit = await mirror.resolve(refOf(environment), signal);
    const { sync, health } = application?.status ?? {};
    const runs = sync?.status === 'Synced' && health?.status === 'Healthy' && sync.revision === commit;
    if (application === undefined || commit === undefined || !runs) return undefined;
    const images = await this.#imagesAt(commit, { pipeline, environment }, signal);
    if (images === undefined) return undefined;
    const references = images.map(({ repository, digest }) => `${repository}@${digest}`);
    const verdicts = await this.#gate.judge(environment.name, references, signal);
    const { name, server } = application.spec.destination;
    return adoptionFact({
      ...{ service: pipeline.service, environment: environment.name, actor: 'stoa-cd', at: formatTime(clock.now()) },
      ...{ cluster: name ?? server ?? '', application: environment.application, commit },
      images: images.map((image, index) => ({
        ...image,
        verified: verdicts[index]?.artefact?.verified ?? false,
        reason: verdicts[index]?.reason ?? '',
      })),
    });
  }

  /** `undefined` where they are not pinned by digest, so that nobody can tell what runs. */
  async #imagesAt(
    commit: string,
    { pipeline, environment }: Place,
    signal: AbortSignal,
  ): Promise<readonly ReleaseImage[] | undefined> {
    const text = await this.#ports.mirror.file(commit, `${environment.path}/kustomization.yaml`, signal);
    try {
      return text === undefined ? undefined : imagesOf(text, pipeline.images);
    } catch (error) {
      if (error instanceof RefusedError || error instanceof YamlError) return undefined;
      throw error;
    }
  }
}
