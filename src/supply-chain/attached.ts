import { messageOf } from '../core/index.ts';
import { RegistryError } from './errors.ts';
import type { OciClient } from './oci-client.ts';
import { parseManifest } from './oci-manifest.ts';
import type { Descriptor } from './oci-manifest.ts';
import type { ImageReference } from './reference.ts';

/** A blob that a registry holds for an image. Nobody has vouched for it yet. */
export interface Attached {
  readonly descriptor: Descriptor;
  /** Manifest that holds the blob. */
  readonly manifestDigest: string;
  readonly content: Uint8Array;
}

/** The blobs that were found, and what is so large or so many that it was left unread. */
export interface Attachments {
  readonly found: readonly Attached[];
  readonly skipped: readonly string[];
}

const MAX_MANIFESTS = 64;
const MAX_BLOBS = 256;
const MAX_BYTES = 32 * 1024 * 1024;
const MAX_TOTAL = 128 * 1024 * 1024;

const SUFFIXES = ['sig', 'att', 'sbom'] as const;

/** Media types of blobs that can carry a signature, an attestation or a bill of materials. */
const TYPES = [
  /^application\/vnd\.dev\.cosign\.simplesigning\.v1\+json$/,
  /^application\/vnd\.dsse\.envelope\.v1\+json$/,
  /^application\/vnd\.dev\.sigstore\.bundle(\.v\d\.\d)?\+json(;\s*version=\d\.\d)?$/,
  /^application\/vnd\.cyclonedx\+json/,
  /^(text|application)\/spdx\+json/,
];

/**
 * Everything that Cosign and tools like it keep for a digest, in both layouts: the tags `sha256-….sig`, `.att` and
 * `.sbom`, and manifests that name the digest as their subject. The type of the layer decides, not that of the
 * manifest, which some versions of Cosign leave empty.
 * @throws RegistryError when the registry cannot be asked; what is absent is not an error
 */
export async function collectAttached(
  client: OciClient,
  reference: ImageReference & { readonly digest: string },
  signal?: AbortSignal,
): Promise<Attachments> {
  const collector = new Collector(client, reference, signal);
  for (const suffix of SUFFIXES) await collector.addTag(`${reference.digest.replace(':', '-')}.${suffix}`);
  for (const { digest } of await client.referrers(reference, signal)) await collector.addManifest({ digest });
  return collector;
}

class Collector implements Attachments {
  readonly found: Attached[] = [];
  readonly skipped: string[] = [];
  readonly #client: OciClient;
  readonly #repository: ImageReference;
  readonly #subject: string;
  readonly #signal: AbortSignal | undefined;
  readonly #seen = new Set<string>();
  #bytes = 0;

  constructor(client: OciClient, reference: ImageReference & { readonly digest: string }, signal?: AbortSignal) {
    this.#client = client;
    this.#repository = { registry: reference.registry, repository: reference.repository };
    this.#subject = reference.digest;
    this.#signal = signal;
  }

  addTag(tag: string): Promise<void> {
    return this.addManifest({ tag });
  }

  async addManifest(where: { readonly tag?: string; readonly digest?: string }): Promise<void> {
    if (where.digest !== undefined && this.#seen.has(where.digest)) return;
    if (this.#seen.size >= MAX_MANIFESTS) {
      this.#skip(`more than ${MAX_MANIFESTS} manifests`);
      return;
    }
    const found = await this.#optional(() =>
      this.#client.manifest({ ...this.#repository, ...where }, this.#signal).then(({ digest, content }) => ({
        digest,
        ...parseManifest(content),
      })),
    );
    if (found === undefined || this.#seen.has(found.digest)) return;
    this.#seen.add(found.digest);
    if (where.tag === undefined && found.subject?.digest !== this.#subject) {
      this.#skip(`${found.digest} is listed as a referrer, but its subject is another`);
      return;
    }
    for (const layer of found.layers) await this.#addBlob(layer, found.digest);
  }

  async #addBlob(descriptor: Descriptor, manifestDigest: string): Promise<void> {
    if (!TYPES.some((type) => type.test(descriptor.mediaType))) return;
    const reason = this.#overLimit(descriptor);
    if (reason !== undefined) {
      this.#skip(reason);
      return;
    }
    this.#bytes += descriptor.size;
    const content = await this.#optional(() => this.#client.blob(this.#repository, descriptor.digest, this.#signal));
    if (content !== undefined) this.found.push({ descriptor, manifestDigest, content });
  }

  #overLimit({ digest, size }: Descriptor): string | undefined {
    if (this.found.length >= MAX_BLOBS) return `more than ${MAX_BLOBS} blobs`;
    const tooLarge = size > MAX_BYTES || this.#bytes + size > MAX_TOTAL;
    return tooLarge ? `${digest} is too large: ${size} bytes` : undefined;
  }

  /** One thing that is gone or broken does not hide the others; a registry that cannot be asked hides them all. */
  async #optional<T>(load: () => Promise<T>): Promise<T | undefined> {
    try {
      return await load();
    } catch (error) {
      if (!(error instanceof RegistryError) || error.code === 'UNAVAILABLE' || error.code === 'UNAUTHORIZED')
        throw error;
      if (error.code !== 'NOT_FOUND') this.#skip(messageOf(error));
      return undefined;
    }
  }

  #skip(reason: string): void {
    if (this.skipped.length < 10) this.skipped.push(reason);
  }
}
