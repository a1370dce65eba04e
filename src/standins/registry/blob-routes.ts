import { checkDigest } from './content-store.ts';
import type { ContentStore } from './content-store.ts';
import { DistributionError } from './errors.ts';
import type { Route } from './handler.ts';
import type { RepositoryIndex } from './repository-index.ts';

interface Ports {
  readonly store: ContentStore;
  readonly index: RepositoryIndex;
}

/** `/v2/<name>/blobs/…` */
export class BlobRoutes {
  readonly #store: ContentStore;
  readonly #index: RepositoryIndex;

  constructor({ store, index }: Ports) {
    this.#store = store;
    this.#index = index;
  }

  async blobs({ repository, rest, request }: Route): Promise<Response> {
    const digest = checkDigest(rest);
    if (!this.#index.hasBlob(repository, digest)) throw new DistributionError('BLOB_UNKNOWN', `no blob ${digest}`);
    if (request.method === 'DELETE') {
      this.#index.unlinkBlob(repository, digest);
      if (!this.#index.isUsed(digest)) await this.#store.remove(digest);
      return new Response(null, { status: 202 });
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') throw unsupported(request);
    const size = (await this.#store.size(digest)) ?? 0;
    const headers = {
      'content-type': 'application/octet-stream',
      'docker-content-digest': digest,
      'accept-ranges': 'bytes',
    };
    if (request.method === 'HEAD')
      return new Response(null, { headers: { ...headers, 'content-length': String(size) } });
    const range = parseRange(request.headers.get('range'), size);
    if (range === undefined) {
      return new Response(this.#store.stream(digest), { headers: { ...headers, 'content-length': String(size) } });
    }
    return new Response(this.#store.stream(digest, range), {
      status: 206,
      headers: {
        ...headers,
        'content-length': String(range.end - range.start + 1),
        'content-range': `bytes ${range.start}-${range.end}/${size}`,
      },
    });
  }

  async uploads(route: Route): Promise<Response> {
    const { request, rest } = route;
    if (request.method === 'POST' && rest === '') return this.#start(route);
    if (request.method === 'PATCH') return this.#patch(route);
    if (request.method === 'PUT') return this.#finish(route);
    if (request.method === 'GET')
      return accepted(route, { id: rest, size: this.#store.upload(rest).size, status: 204 });
    if (request.method !== 'DELETE') throw unsupported(request);
    this.#store.upload(rest);
    await this.#store.cancel(rest);
    return new Response(null, { status: 204 });
  }

  async #start(route: Route): Promise<Response> {
    const { repository, url, request } = route;
    const mount = url.searchParams.get('mount');
    if (mount !== null && this.#index.hasBlob(url.searchParams.get('from') ?? '', checkDigest(mount))) {
      this.#index.linkBlob(repository, mount);
      return created(repository, mount);
    }
    const id = await this.#store.startUpload();
    const digest = url.searchParams.get('digest');
    if (digest === null) return accepted(route, { id, size: 0, status: 202 });
    await this.#store.upload(id).append(request.body);
    return this.#place(repository, id, checkDigest(digest));
  }

  async #patch(route: Route): Promise<Response> {
    const { request, rest } = route;
    const upload = this.#store.upload(rest);
    await upload.append(request.body, startOf(request));
    return accepted(route, { id: rest, size: upload.size, status: 202 });
  }

  async #finish({ repository, rest, request, url }: Route): Promise<Response> {
    const digest = checkDigest(url.searchParams.get('digest'));
    await this.#store.upload(rest).append(request.body, startOf(request));
    return this.#place(repository, rest, digest);
  }

  async #place(repository: string, id: string, digest: string): Promise<Response> {
    await this.#store.finish(id, digest);
    this.#index.linkBlob(repository, digest);
    return created(repository, digest);
  }
}

function created(repository: string, digest: string): Response {
  const headers = { location: `/v2/${repository}/blobs/${digest}`, 'docker-content-digest': digest };
  return new Response(null, { status: 201, headers });
}

interface UploadState {
  readonly id: string;
  readonly size: number;
  readonly status: 202 | 204;
}

function accepted({ repository }: Route, { id, size, status }: UploadState): Response {
  const headers = {
    location: `/v2/${repository}/blobs/uploads/${id}`,
    range: `0-${Math.max(0, size - 1)}`,
    'docker-upload-uuid': id,
  };
  return new Response(null, { status, headers });
}

export function unsupported(request: Request): DistributionError {
  return new DistributionError('UNSUPPORTED', `${request.method} is not supported here`);
}

/** Where a chunk says that it begins. */
function startOf(request: Request): number | undefined {
  const start = /^(\d+)-\d+$/.exec(request.headers.get('content-range') ?? '')?.[1];
  return start === undefined ? undefined : Number(start);
}

function parseRange(header: string | null, size: number): { readonly start: number; readonly end: number } | undefined {
  const match = /^bytes=(\d+)-(\d*)$/.exec(header ?? '');
  if (match === null) return undefined;
  const start = Number(match[1]);
  const end = match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  if (start > end) throw new DistributionError('BLOB_UPLOAD_INVALID', `the blob has ${size} bytes`);
  return { start, end };
}
