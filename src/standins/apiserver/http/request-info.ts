/** What a path and a method ask for. */
export interface RequestInfo {
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`; of other paths the method. */
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  /** Empty when the path names no resource. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
  /** What follows the subresource. */
  readonly rest: readonly string[];
  readonly path: string;
}

const NAMESPACE_SUBRESOURCES: ReadonlySet<string> = new Set(['status', 'finalize']);

/** `undefined` when the path is no resource path. */
export function parseResourcePath(method: string, url: URL): RequestInfo | undefined {
  const segments = split(url.pathname);
  if (segments === undefined) return undefined;
  const prefix = segments[0] === 'api' ? 2 : 3;
  if ((segments[0] !== 'api' && segments[0] !== 'apis') || segments.length <= prefix) return undefined;
  const [group, version] = prefix === 2 ? ['', segments[1] ?? ''] : [segments[1] ?? '', segments[2] ?? ''];
  const place = placeOf(segments.slice(prefix));
  return { group, version, ...place, verb: verbOf(method, url, place.name), path: url.pathname };
}

function split(path: string): readonly string[] | undefined {
  try {
    const segments = path.split('/').slice(1).map(decodeURIComponent);
    return segments.some((segment) => segment.includes('\0')) ? undefined : segments.filter((each) => each !== '');
  } catch {
    return undefined; // no such path: a malformed escape
  }
}

type Place = Pick<RequestInfo, 'resource' | 'namespace' | 'name' | 'subresource' | 'rest'>;

function placeOf(segments: readonly string[]): Place {
  const [first = '', second = '', third = ''] = segments;
  const inNamespace = first === 'namespaces' && segments.length > 2 && !NAMESPACE_SUBRESOURCES.has(third);
  if (inNamespace) return { namespace: second, ...resourcePart(segments.slice(2)) };
  return { namespace: first === 'namespaces' ? second : '', ...resourcePart(segments) };
}

function resourcePart(segments: readonly string[]): Omit<Place, 'namespace'> {
  const [resource = '', name = '', subresource = '', ...rest] = segments;
  return { resource, name, subresource, rest };
}

const VERBS: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch' };

function verbOf(method: string, url: URL, name: string): string {
  if (method === 'GET' || method === 'HEAD') {
    if (isTrue(url.searchParams.get('watch'))) return 'watch';
    return name === '' ? 'list' : 'get';
  }
  if (method === 'DELETE') return name === '' ? 'deletecollection' : 'delete';
  return VERBS[method] ?? method.toLowerCase();
}

/** How Go reads a boolean parameter; a bare `?watch` counts too. */
export function isTrue(value: string | null): boolean {
  return value === '' || value === '1' || value === 't' || value?.toLowerCase() === 'true';
}
