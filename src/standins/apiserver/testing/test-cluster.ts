import { VirtualClock } from '../../../core/index.ts';
import { createKubeClient } from '../../../kube/index.ts';
import type { KubeClient, KubeObject } from '../../../kube/index.ts';
import { createApiServer } from '../index.ts';
import type { ApiServer, ApiServerOptions } from '../index.ts';

export interface TestCluster extends AsyncDisposable {
  readonly server: ApiServer;
  readonly client: KubeClient;
  readonly clock: VirtualClock;
  /** Sends JSON, or text as it is; answers the status code and the parsed body. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** Lines of a watch until `count` of them have come. */
  lines(path: string, count: number): Promise<readonly WatchLine[]>;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly code: number;
  readonly body: AnyObject;
  readonly headers: Headers;
}

/** JSON in a test, where every member is asserted on anyway. */
export type AnyObject = KubeObject & { readonly [field: string]: unknown };

export interface WatchLine {
  readonly type: string;
  readonly object: AnyObject;
}

/** A cluster in memory, under a virtual clock. */
export async function testCluster(options: Partial<ApiServerOptions> = {}): Promise<TestCluster> {
  const clock = new VirtualClock();
  const server = await createApiServer({ name: 'test', clock, ...options });
  const client = createKubeClient({ server: 'https://test', fetch: server.fetch, fieldManager: 'tester' });
  return {
    server,
    client,
    clock,
    call: (method, path, given) => call(server, { method, path, ...given }),
    lines: (path, count) => lines(server, path, count),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function call(
  server: ApiServer,
  request: CallOptions & { readonly method: string; readonly path: string },
): Promise<Answer> {
  const { method, path, body, headers = {} } = request;
  const given = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
  const response = await server.fetch(`https://test${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...given,
  });
  const text = await response.text();
  return { code: response.status, body: parse(text), headers: response.headers };
}

function parse(text: string): AnyObject {
  try {
    return JSON.parse(text) as AnyObject;
  } catch {
    return { text } as unknown as AnyObject;
  }
}

async function lines(server: ApiServer, path: string, count: number): Promise<readonly WatchLine[]> {
  const abort = new AbortController();
  const response = await server.fetch(`https://test${path}`, { signal: abort.signal });
  const seen: WatchLine[] = [];
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk as Uint8Array).toString();
    const whole = text.split('\n');
    text = whole.pop() ?? '';
    seen.push(...whole.map((line) => JSON.parse(line) as WatchLine));
    if (seen.length >= count) break;
  }
  abort.abort();
  return seen;
}

/** A ConfigMap of namespace `default`. */
export function configMap(name: string, data: Record<string, string> = {}, metadata: object = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default', ...metadata }, data };
}
