import { messageOf } from '../core/index.ts';
import type { KubeClient } from '../kube/index.ts';
import { RegistryError, formatReference, parseReference, verifyArtefact } from '../supply-chain/index.ts';
import type { ArtefactPolicy, ArtefactVerdict, ImageReference } from '../supply-chain/index.ts';
import { ApprovedImages } from './approved-images.ts';
import { FRESH_MS, policyAt } from './artefacts.ts';
import type { ArtefactPorts } from './artefacts.ts';
import { DeliveryObjects } from './delivery-objects.ts';
import { isProtected, refOf } from './environment-ref.ts';
import type { PipelineEnvironment, Quarantine } from './kinds.ts';

/** Whether a cluster may run an image. */
export interface ImageVerdict {
  /** As it was given. */
  readonly image: string;
  readonly allowed: boolean;
  /** A sentence for people. */
  readonly reason: string;
  /** Of the image's signature and attestations, where they were looked at. */
  readonly artefact?: ArtefactVerdict;
}

/** The last door: what a cluster is about to run, whoever asks for it. */
export interface ImageGate {
  /**
   * Judges images by the policy that the environment runs. Never throws for a bad image, policy or registry: those are
   * verdicts. Throws what the hub or Git answered, and the signal's reason: the caller then refuses.
   */
  judge(environment: string, images: readonly string[], signal: AbortSignal): Promise<readonly ImageVerdict[]>;
}

export interface ImageGatePorts extends ArtefactPorts {
  readonly hub: KubeClient;
}

export function createImageGate(ports: ImageGatePorts): ImageGate {
  const approved = new ApprovedImages(ports.mirror);
  return {
    async judge(name, images, signal) {
      const objects = new DeliveryObjects(ports.hub);
      const [pipelines, quarantines] = [await objects.pipelines(), await objects.quarantines()];
      const environments = pipelines.flatMap(({ spec }) => spec.environments.filter((one) => one.name === name));
      const [environment] = environments;
      if (environment === undefined)
        return images.map((image) => refused(image, `no pipeline has an environment ${name}`));
      const ref = refOf(environment);
      const policy = await policyAt(ports.mirror, ref, signal);
      const admitted = async (digest: string): Promise<boolean> =>
        approved.has(digest, { environments, promotions: await objects.promotions(), signal });
      const question = { environment, quarantines, policy, admitted, ports, signal };
      return Promise.all(images.map((image) => judgeImage(image, question)));
    },
  };
}

interface Question {
  readonly environment: PipelineEnvironment;
  readonly quarantines: readonly Quarantine[];
  /** A reason where it cannot be read; `undefined` where there is none. */
  readonly policy: ArtefactPolicy | string | undefined;
  /** Whether the environment was given the digest by a gate. */
  readonly admitted: (digest: string) => Promise<boolean>;
  readonly ports: ImageGatePorts;
  readonly signal: AbortSignal;
}

async function judgeImage(image: string, question: Question): Promise<ImageVerdict> {
  const { policy, quarantines, ports, environment } = question;
  const reference = readReference(image);
  const held = quarantines.find(
    ({ spec }) => spec.lifted === undefined && typeof reference !== 'string' && spec.digest === reference.digest,
  );
  if (held !== undefined) return refused(image, `it is in quarantine: ${held.spec.reason}`);
  if (policy === undefined) return { image, allowed: true, reason: 'The environment has no policy for images' };
  if (typeof policy === 'string') return refused(image, policy);
  if (typeof reference === 'string') return refused(image, reference);
  const exemption = exemptionOf(policy, reference, ports.clock.now());
  if (exemption !== undefined) return { image, allowed: true, reason: `It is exempt: ${exemption}` };
  return judgeDigest(image, { reference, policy, environment: environment.name }, question);
}

interface Subject {
  readonly reference: ImageReference;
  readonly policy: ArtefactPolicy;
  readonly environment: string;
}

async function judgeDigest(image: string, subject: Subject, question: Question): Promise<ImageVerdict> {
  const { reference, policy, environment } = subject;
  const { ports, signal } = question;
  const artefact = await verifyArtefact(reference, policy, {
    ...{ client: ports.registry, clock: ports.clock, cache: ports.verdicts, freshForMs: FRESH_MS },
    ...{ environment, signal },
  });
  const check = artefact.checks.find(({ ok }) => !ok);
  // What follows main is for trying things out: images that no rule is about may run there.
  const enforced = artefact.enforced && (check?.code !== 'NO_RULE' || isProtected(question.environment));
  if (!enforced) return { image, allowed: true, reason: check?.reason ?? 'It is verified', artefact };
  const refusal =
    check === undefined ? await notBrought(reference.digest, subject, question) : `${check.check}: ${check.reason}`;
  return refusal === undefined
    ? { image, allowed: true, reason: 'It is verified', artefact }
    : { ...refused(image, refusal), artefact };
}

/** Why a protected environment was not given a verified image; `undefined` when it was. */
async function notBrought(
  digest: string | undefined,
  { environment }: Subject,
  question: Question,
): Promise<string | undefined> {
  if (!isProtected(question.environment)) return undefined;
  if (digest === undefined) return 'it is named by a tag, not by its digest';
  if (await question.admitted(digest)) return undefined;
  return `no promotion has brought it to ${environment}, or it was replaced since`;
}

/** As container runtimes complete it: `nginx` is `docker.io/library/nginx`. @returns the reason where it cannot be read */
function readReference(image: string): ImageReference | string {
  const [first = '', ...rest] = image.split('/');
  const named = rest.length > 0 && /[.:]|^localhost$/.test(first);
  try {
    return parseReference(named ? image : `docker.io/${rest.length > 0 ? '' : 'library/'}${image}`);
  } catch (error) {
    if (error instanceof RegistryError) return messageOf(error);
    throw error;
  }
}

function exemptionOf({ images, exempt }: ArtefactPolicy, reference: ImageReference, now: number): string | undefined {
  const name = formatReference({ registry: reference.registry, repository: reference.repository });
  if (images.some(({ repository }) => repository.matches(name))) return undefined;
  return exempt.find(({ repository, until }) => repository.matches(name) && (until === undefined || now < until))
    ?.reason;
}

function refused(image: string, reason: string): ImageVerdict {
  return { image, allowed: false, reason };
}
