import { unsupported } from './blob-routes.ts';
import { checkDigest, digestOf } from './content-store.ts';
import type { ContentStore } from './content-store.ts';
import { DistributionError } from './errors.ts';
import type { Route } from './handler.ts';
import { MAX_MANIFEST, parseManifest } from './manifest.ts';
import type { ParsedManifest } from './manifest.ts';
import type { Page, RepositoryIndex } from './repository-index.ts';

const INDEX = 'application/vnd.oci.image.index.v1+json';
const TAG = /^\w[\w.-]{0,127}$/;
const PAGE = 1000;

/** Manifests, tags, referrers and the catalogue. */
export class ManifestRoutes {
  readonly #store: ContentStore;
  readonly #index: RepositoryIndex;

  constructor({ store, index }: { readonly store: ContentStore; readonly index: RepositoryIndex }) {
    this.#store = store;
    this.#index = index;
  }

  async manifests(route: Route): Promise<Response> {
    const { repository, rest, request } = route;
    const reference = rest.includes(':') ? checkDigest(rest) : checkTag(rest);
    if (request.method === 'PUT') return this.#put(route, reference);
    if (request.method === 'DELETE') {
      if (!this.#index.removeManifest(repository, reference)) throw unknown(reference);
      if (reference.includes(':') && !this.#index.isUsed(reference)) await this.#store.remove(reference);
      return new Response(null, { status: 202 });
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') throw unsupported(request);
    const row = this.#index.manifest(repository, reference);
    if (row === undefined) throw unknown(reference);
    const headers = {
      'content-type': row.mediaType,
      'docker-content-digest': row.digest,
      'content-length': String(row.size),
    };
    return new Response(request.method === 'HEAD' ? null : this.#store.stream(row.digest), { headers });
  }

  async tags({ repository, rest, request, url }: Route): Promise<Response> {
    if (request.method !== 'GET' || rest !== 'list') throw unsupported(request);
    if (!this.#index.isKnown(repository)) throw new DistributionError('NAME_UNKNOWN', `no repository ${repository}`);
    const page = pageOf(url);
    const tags = this.#index.tags(repository, page);
    return Response.json({ name: repository, tags }, { headers: nextLink(url, tags, page) });
  }

  async referrers({ repository, rest, url }: Route): Promise<Response> {
    const wanted = url.searchParams.get('artifactType');
    const rows = this.#index
      .referrers(repository, checkDigest(rest))
      .filter((row) => wanted === null || row.artifactType === wanted);
    const manifests = rows.map(({ digest, mediaType, size, artifactType, annotations }) => ({
      mediaType,
      digest,
      size,
      ...(artifactType === null ? {} : { artifactType }),
      ...(annotations === null ? {} : { annotations: JSON.parse(annotations) as Record<string, string> }),
    }));
    const headers = { 'content-type': INDEX, ...(wanted === null ? {} : { 'oci-filters-applied': 'artifactType' }) };
    return new Response(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }), { headers });
  }

  catalog(url: URL): Response {
    const page = pageOf(url);
    const repositories = this.#index.repositories(page);
    return Response.json({ repositories }, { headers: nextLink(url, repositories, page) });
  }

  async #put({ repository, request }: Route, reference: string): Promise<Response> {
    const content = await bounded(request);
    const manifest = parseManifest(content, request.headers.get('content-type'));
    this.#checkReferences(repository, manifest);
    const digest = digestOf(content);
    const byDigest = reference.includes(':');
    if (byDigest && digest !== reference)
      throw new DistributionError('DIGEST_INVALID', `the manifest is ${digest}, not ${reference}`);
    await this.#store.put(content);
    const row = {
      digest,
      mediaType: manifest.mediaType,
      size: content.length,
      subject: manifest.subject ?? null,
      artifactType: manifest.artifactType ?? null,
      annotations: manifest.annotations === undefined ? null : JSON.stringify(manifest.annotations),
    };
    this.#index.putManifest(repository, row, byDigest ? undefined : reference);
    return new Response(null, {
      status: 201,
      headers: {
        location: `/v2/${repository}/manifests/${digest}`,
        'docker-content-digest': digest,
        ...(manifest.subject === undefined ? {} : { 'oci-subject': manifest.subject }),
      },
    });
  }

  #checkReferences(repository: string, { blobs, manifests }: ParsedManifest): void {
    const missing = [
      ...blobs.filter((digest) => !this.#index.hasBlob(repository, digest)),
      ...manifests.filter((digest) => this.#index.manifest(repository, digest) === undefined),
    ];
    if (missing.length > 0)
      throw new DistributionError('MANIFEST_BLOB_UNKNOWN', `push first: ${missing.slice(0, 3).join(', ')}`);
  }
}

async function bounded(request: Request): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const body: AsyncIterable<Uint8Array> | readonly Uint8Array[] = request.body ?? [];
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAX_MANIFEST) throw new DistributionError('SIZE_INVALID', `a manifest is at most ${MAX_MANIFEST} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function checkTag(text: string): string {
  if (TAG.test(text)) return text;
  throw new DistributionError('MANIFEST_UNKNOWN', `${JSON.stringify(text.slice(0, 140))} is no tag`);
}

function unknown(reference: string): DistributionError {
  return new DistributionError('MANIFEST_UNKNOWN', `no manifest ${reference}`);
}

function pageOf(url: URL): Page {
  const size = Number(url.searchParams.get('n') ?? PAGE);
  return {
    last: url.searchParams.get('last') ?? '',
    size: Number.isInteger(size) && size >= 0 ? Math.min(size, PAGE) : PAGE,
  };
}

function nextLink(url: URL, names: readonly string[], { size }: Page): Record<string, string> {
  const last = names.at(-1);
  if (last === undefined || names.length < size) return {};
  return { link: `<${url.pathname}?n=${size}&last=${encodeURIComponent(last)}>; rel="next"` };
}
