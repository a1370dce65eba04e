import type { Fetch, Logger } from '../../core/index.ts';
import { messageOf } from '../../core/index.ts';
import { BlobRoutes } from './blob-routes.ts';
import type { ContentStore } from './content-store.ts';
import { DistributionError } from './errors.ts';
import { ManifestRoutes } from './manifest-routes.ts';
import type { RepositoryIndex } from './repository-index.ts';

export interface HandlerOptions {
  readonly store: ContentStore;
  readonly index: RepositoryIndex;
  readonly authenticate?: (name: string, password: string) => Promise<boolean>;
  readonly logger: Logger;
}

/** One request on a repository, taken apart. */
export interface Route {
  readonly repository: string;
  /** What follows `blobs/`, `manifests/`, …; may be empty. */
  readonly rest: string;
  readonly request: Request;
  readonly url: URL;
}

const PATH = /^\/v2\/(?<repository>.+?)\/(?<area>blobs\/uploads|blobs|manifests|tags|referrers)\/(?<rest>[^/]*)$/;
const REPOSITORY = /^[a-z0-9]+([._-]+[a-z0-9]+)*(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/;

/** The registry as a function from request to response. */
export function createHandler(options: HandlerOptions): Fetch {
  const blobs = new BlobRoutes(options);
  const manifests = new ManifestRoutes(options);
  const areas: Readonly<Record<string, (route: Route) => Promise<Response>>> = {
    'blobs/uploads': (route) => blobs.uploads(route),
    blobs: (route) => blobs.blobs(route),
    manifests: (route) => manifests.manifests(route),
    tags: (route) => manifests.tags(route),
    referrers: (route) => manifests.referrers(route),
  };

  async function handle(request: Request): Promise<Response> {
    const url = new URL(request.url);
    if (options.authenticate !== undefined) await authorize(request, options.authenticate);
    if (url.pathname === '/v2/' || url.pathname === '/v2') return Response.json({});
    if (url.pathname === '/v2/_catalog') return manifests.catalog(url);
    const { area, ...names } = parsePath(url.pathname);
    const serve = areas[area];
    if (serve === undefined)
      throw new DistributionError('NAME_UNKNOWN', `no such address: ${url.pathname.slice(0, 200)}`);
    return serve({ ...names, request, url });
  }

  return async (input, init) => {
    const request = new Request(input, init);
    try {
      return withHeaders(await handle(request));
    } catch (error) {
      if (error instanceof DistributionError) return withHeaders(error.toResponse());
      options.logger.error('the registry failed', { reason: messageOf(error) });
      return Response.json({ errors: [{ code: 'UNKNOWN', message: 'internal error' }] }, { status: 500 });
    }
  };
}

function parsePath(path: string): { readonly repository: string; readonly area: string; readonly rest: string } {
  const { repository = '', area = '', rest = '' } = PATH.exec(path)?.groups ?? {};
  if (area !== '' && (!REPOSITORY.test(repository) || repository.length > 255)) {
    throw new DistributionError('NAME_INVALID', `${repository.slice(0, 100)} is not a repository name`);
  }
  return { repository, area, rest: decoded(rest) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new DistributionError('NAME_INVALID', 'the address is not well formed');
  }
}

function withHeaders(response: Response): Response {
  response.headers.set('docker-distribution-api-version', 'registry/2.0');
  response.headers.set('x-content-type-options', 'nosniff');
  return response;
}

async function authorize(
  request: Request,
  authenticate: (name: string, password: string) => Promise<boolean>,
): Promise<void> {
  const [scheme = '', encoded = ''] = (request.headers.get('authorization') ?? '').split(' ');
  const [name = '', ...password] = Buffer.from(encoded, 'base64').toString().split(':');
  if (scheme.toLowerCase() === 'basic' && (await authenticate(name, password.join(':')))) return;
  throw new DistributionError('UNAUTHORIZED', 'credentials are needed');
}
