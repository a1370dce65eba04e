import { bundleToJSON, toDSSEBundle } from '@sigstore/bundle';
import { toTrustMaterial } from '@sigstore/verify';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { canonicalJson, preAuthenticationEncoding } from '../core/index.ts';
import type { JsonValue } from '../core/index.ts';
import type { Authority } from './artefact-policy.ts';
import type { ArtefactSigner } from './artefact-signer.ts';
import { collectAttached } from './attached.ts';
import { readClaims } from './believe.ts';
import { COSIGN_SIGN, DSSE_ENVELOPE, SIMPLE_SIGNING } from './claim.ts';
import type { Claim } from './claim.ts';
import { RegistryError } from './errors.ts';
import type { OciClient } from './oci-client.ts';
import { parseManifest } from './oci-manifest.ts';
import type { Descriptor } from './oci-manifest.ts';
import type { ArtefactLayer } from './push.ts';
import type { ImageReference } from './reference.ts';
import { verifySigner } from './signer.ts';
import { ANNOTATIONS } from './sigstore-bundle.ts';
import { IN_TOTO } from './statement.ts';

const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

/** Where signatures are kept: tags beside the image, or manifests that refer to it. Cosign reads both. */
export type SignatureLayout = 'tags' | 'referrers';

export interface SignOptions {
  readonly client: OciClient;
  readonly signer: ArtefactSigner;
  /** @default 'tags', which every registry and every version of Cosign knows */
  readonly layout?: SignatureLayout;
  readonly signal?: AbortSignal;
}

type SignedImage = ImageReference & { readonly digest: string };

/** Signs an image by its digest. Signing again with the same key changes nothing. @throws RegistryError */
export async function signArtefact(image: SignedImage, options: SignOptions): Promise<void> {
  const place = await Place.of(image, options);
  if (options.layout === 'referrers') {
    await attestAt(place, { predicateType: COSIGN_SIGN, predicate: {} });
    return;
  }
  if (place.holds(({ statement }) => statement === undefined)) return;
  const payload = Buffer.from(
    JSON.stringify({
      critical: {
        identity: { 'docker-reference': `${image.registry}/${image.repository}` },
        image: { 'docker-manifest-digest': image.digest },
        type: 'cosign container image signature',
      },
      optional: null,
    }),
  );
  const annotations = { [ANNOTATIONS.signature]: options.signer.sign(payload).toString('base64') };
  await place.addToTag('sig', { mediaType: SIMPLE_SIGNING, content: payload, annotations });
}

export interface Predicate {
  readonly predicateType: string;
  readonly predicate: JsonValue;
}

/** Attests something of an image, as an in-toto statement. The same statement is made once. @throws RegistryError */
export async function attest(image: SignedImage, predicate: Predicate, options: SignOptions): Promise<void> {
  await attestAt(await Place.of(image, options), predicate);
}

async function attestAt(place: Place, { predicateType, predicate }: Predicate): Promise<void> {
  const same = canonicalJson(predicate);
  const made = ({ statement }: Claim): boolean =>
    statement?.predicateType === predicateType && canonicalJson(statement.predicate as JsonValue) === same;
  if (place.holds(made)) return;
  const { image, options } = place;
  const payload = Buffer.from(
    JSON.stringify({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [
        { name: `${image.registry}/${image.repository}`, digest: { sha256: image.digest.slice('sha256:'.length) } },
      ],
      predicateType,
      predicate,
    }),
  );
  const signature = options.signer.sign(preAuthenticationEncoding(IN_TOTO, payload));
  if (options.layout !== 'referrers') {
    const signatures = [{ keyid: '', sig: signature.toString('base64') }];
    const envelope = { payloadType: IN_TOTO, payload: payload.toString('base64'), signatures };
    const annotations = { [ANNOTATIONS.signature]: '', predicateType };
    await place.addToTag('att', {
      mediaType: DSSE_ENVELOPE,
      content: Buffer.from(JSON.stringify(envelope)),
      annotations,
    });
    return;
  }
  const keyHint = options.signer.hint;
  const bundle = toDSSEBundle({ artifact: payload, artifactType: IN_TOTO, signature, keyHint });
  await place.addReferrer(predicateType, Buffer.from(JSON.stringify(bundleToJSON(bundle))));
}

/** The place of an image in its registry, with what our key has said about it before. */
class Place {
  readonly image: SignedImage;
  readonly options: SignOptions;
  readonly #subject: Descriptor;
  readonly #own: readonly Claim[];

  private constructor(
    image: SignedImage,
    options: SignOptions,
    known: { readonly subject: Descriptor; readonly own: readonly Claim[] },
  ) {
    this.image = image;
    this.options = options;
    this.#subject = known.subject;
    this.#own = known.own;
  }

  static async of({ registry, repository, digest }: SignedImage, options: SignOptions): Promise<Place> {
    const { client, signer, signal } = options;
    const image: SignedImage = { registry, repository, digest };
    const { content, mediaType } = await client.manifest(image, signal);
    const subject = { mediaType: mediaType.split(';', 1)[0] ?? mediaType, digest, size: content.length };
    const key: Authority = { kind: 'key', name: 'own', key: signer.publicKey, transparencyLog: false };
    const trust = toTrustMaterial(TrustedRoot.fromJSON({}));
    const { found } = await collectAttached(client, image, signal);
    const { claims } = readClaims(found, { digest, manifest: content });
    const own = claims.filter(
      ({ entity, otherDigest }) => otherDigest === undefined && 'signedBy' in verifySigner(entity, [key], trust),
    );
    return new Place(image, options, { subject, own });
  }

  holds(claim: (claim: Claim) => boolean): boolean {
    return this.#own.some(claim);
  }

  /** Adds a layer to those under `sha256-….SUFFIX`, as Cosign does. */
  async addToTag(suffix: 'sig' | 'att', layer: ArtefactLayer): Promise<void> {
    const { client, signal } = this.options;
    const { registry, repository, digest } = this.image;
    const place = { registry, repository, tag: `${digest.replace(':', '-')}.${suffix}` };
    const before = await this.#layersOf(place);
    await client.pushArtefact({ ...place, layers: [...before, layer] }, signal);
  }

  async addReferrer(predicateType: string, content: Uint8Array): Promise<void> {
    const { client, signal } = this.options;
    const { registry, repository } = this.image;
    const annotations = {
      'dev.sigstore.bundle.content': 'dsse-envelope',
      'dev.sigstore.bundle.predicateType': predicateType,
    };
    const layers = [{ mediaType: BUNDLE, content }];
    const artefact = { registry, repository, subject: this.#subject, artifactType: BUNDLE, annotations, layers };
    await client.pushArtefact(artefact, signal);
  }

  async #layersOf(place: ImageReference): Promise<readonly ArtefactLayer[]> {
    const { client, signal } = this.options;
    try {
      const { layers } = parseManifest((await client.manifest(place, signal)).content);
      return await Promise.all(
        layers.map(async ({ mediaType, digest, annotations = {} }) => ({
          mediaType,
          annotations,
          content: await client.blob(place, digest, signal),
        })),
      );
    } catch (error) {
      if (error instanceof RegistryError && error.code === 'NOT_FOUND') return [];
      throw error;
    }
  }
}
