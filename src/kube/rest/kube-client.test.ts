import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../core/index.ts';
import type { Fetch } from '../../core/index.ts';
import { ApiError } from '../api-error.ts';
import type { WatchEvent } from '../client.ts';
import type { KubeObject } from '../object.ts';
import { createKubeClient } from './kube-client.ts';

interface Seen {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: string;
}

type Handler = (request: Seen) => Response | undefined;

const CONFIG_MAP = { group: '', version: 'v1', kind: 'ConfigMap' };
const NODE = { group: '', version: 'v1', kind: 'Node' };
const KEY = { ...CONFIG_MAP, namespace: 'default', name: 'a' };

function resource(kind: string, plural: string, more: object = {}): object {
  const verbs = ['list', 'watch'];
  return { resource: plural, responseKind: { group: '', version: '', kind }, scope: 'Namespaced', verbs, ...more };
}

const CORE = {
  kind: 'APIGroupDiscoveryList',
  items: [
    {
      metadata: { name: '' },
      versions: [
        {
          version: 'v1',
          resources: [
            resource('ConfigMap', 'configmaps'),
            resource('Node', 'nodes', { scope: 'Cluster' }),
            resource('Binding', 'bindings', { verbs: ['create'] }),
          ],
        },
      ],
    },
  ],
};
const GROUPS = {
  kind: 'APIGroupDiscoveryList',
  items: [
    {
      metadata: { name: 'autoscaling' },
      versions: [
        { version: 'v2', resources: [resource('HorizontalPodAutoscaler', 'horizontalpodautoscalers')] },
        { version: 'v1', resources: [resource('HorizontalPodAutoscaler', 'horizontalpodautoscalers')] },
      ],
    },
    { metadata: { name: 'metrics.k8s.io' }, versions: [{ version: 'v1', freshness: 'Stale', resources: [] }] },
  ],
};

function serve(handler: Handler): { readonly fetch: Fetch; readonly seen: Seen[] } {
  const seen: Seen[] = [];
  const fetch: Fetch = async (input, init) => {
    const request = new Request(input, init);
    const entry = {
      method: request.method,
      url: new URL(request.url),
      headers: request.headers,
      body: await request.text(),
    };
    seen.push(entry);
    if (entry.url.pathname.endsWith('/api')) return handler(entry) ?? json(CORE);
    if (entry.url.pathname.endsWith('/apis')) return handler(entry) ?? json(GROUPS);
    return handler(entry) ?? failure(404, 'NotFound');
  };
  return { fetch, seen };
}

function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
}

function failure(code: number, reason: string, details: object = {}): Response {
  return json(
    { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message: 'told why', details },
    code,
  );
}

function client(
  fetch: Fetch,
  more: Partial<Parameters<typeof createKubeClient>[0]> = {},
): ReturnType<typeof createKubeClient> {
  return createKubeClient({ server: 'https://cluster.test/k8s/', fetch, fieldManager: 'tester', ...more });
}

function configMap(name: string, resourceVersion = '1'): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default', resourceVersion } };
}

async function caught(work: Promise<unknown>): Promise<ApiError> {
  const error: unknown = await work.then(() => undefined).catch((thrown: unknown) => thrown);
  if (!(error instanceof ApiError)) throw new Error('no ApiError was thrown', { cause: error });
  return error;
}

function stream(...chunks: readonly string[]): Response {
  const encoder = new TextEncoder();
  return new Response(
    new ReadableStream({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(encoder.encode(chunk));
        controller.close();
      },
    }),
  );
}

const calls = (seen: readonly Seen[]): string[] =>
  seen
    .filter(({ url }) => !/\/apis?$/.test(url.pathname))
    .map(({ method, url }) => `${method} ${url.pathname}${url.search}`);

describe('createKubeClient reading', () => {
  it('keeps the path of the server URL, its own headers and escapes names', async () => {
    const { fetch, seen } = serve(({ url }) =>
      url.pathname.endsWith('%3Ax') ? json({ kind: 'Node', metadata: {} }) : undefined,
    );
    const headers = { 'impersonate-user': 'alice' };
    expect(await client(fetch, { headers }).get({ ...NODE, name: 'Admin:x' })).toMatchObject({ kind: 'Node' });
    expect(calls(seen)).toEqual(['GET /k8s/api/v1/nodes/Admin%3Ax']);
    expect(seen.at(-1)?.headers.get('impersonate-user')).toBe('alice');
    expect(seen.at(-1)?.headers.get('user-agent')).toBe('stoa-cd');
  });

  it('answers undefined for an object that is not there', async () => {
    expect(await client(serve(() => undefined).fetch).get(KEY)).toBeUndefined();
  });

  it.each([
    { reason: 'no namespace', key: { ...CONFIG_MAP, name: 'a' } },
    { reason: 'a name that leaves the path', key: { ...NODE, name: '..' } },
    { reason: 'an empty name', key: { ...NODE, name: '' } },
  ])('refuses a key with $reason', async ({ key }) => {
    const { fetch, seen } = serve(() => undefined);
    expect((await caught(client(fetch).get(key))).reason).toBe('BadRequest');
    expect(calls(seen)).toEqual([]);
  });

  it('lists every page and completes the items of a typed list', async () => {
    const pages: Record<string, object> = {
      '': { metadata: { resourceVersion: '9', continue: 'next' }, items: [{ metadata: { name: 'a' } }] },
      next: { metadata: { resourceVersion: '9' }, items: [configMap('b')] },
    };
    const { fetch, seen } = serve(({ url }) => {
      if (!url.pathname.endsWith('configmaps')) return undefined;
      return json({ apiVersion: 'v1', kind: 'ConfigMapList', ...pages[url.searchParams.get('continue') ?? ''] });
    });
    const list = await client(fetch).list(CONFIG_MAP, { namespace: 'default', labelSelector: 'a in (b,c)' });
    expect(list.metadata).toEqual({ resourceVersion: '9' });
    expect(list.items.map((item) => [item.kind, item.metadata.name])).toEqual([
      ['ConfigMap', 'a'],
      ['ConfigMap', 'b'],
    ]);
    expect(calls(seen)).toEqual([
      'GET /k8s/api/v1/namespaces/default/configmaps?labelSelector=a+in+%28b%2Cc%29&limit=500',
      'GET /k8s/api/v1/namespaces/default/configmaps?labelSelector=a+in+%28b%2Cc%29&limit=500&continue=next',
    ]);
  });

  it('lists without pages when the continue token has expired', async () => {
    const { fetch, seen } = serve(({ url }) => {
      if (!url.pathname.endsWith('configmaps')) return undefined;
      if (url.searchParams.has('continue')) return failure(410, 'Expired');
      const paged = url.searchParams.has('limit');
      const metadata = { resourceVersion: paged ? '1' : '2', ...(paged ? { continue: 'x' } : {}) };
      return json({ kind: 'ConfigMapList', metadata, items: [configMap('a')] });
    });
    const list = await client(fetch).list(CONFIG_MAP);
    expect(list.items).toHaveLength(1);
    expect(list.metadata.resourceVersion).toBe('2');
    expect(calls(seen)).toHaveLength(3);
  });
});

describe('createKubeClient writing', () => {
  const writes: {
    readonly name: string;
    readonly run: (c: ReturnType<typeof client>) => Promise<unknown>;
    readonly call: string;
    readonly type: string;
  }[] = [
    {
      name: 'create',
      run: (c) => c.create(configMap('a')),
      call: 'POST /k8s/api/v1/namespaces/default/configmaps?fieldManager=tester',
      type: 'application/json',
    },
    {
      name: 'update of a subresource',
      run: (c) => c.update(configMap('a'), { subresource: 'status', fieldManager: 'other' }),
      call: 'PUT /k8s/api/v1/namespaces/default/configmaps/a/status?fieldManager=other',
      type: 'application/json',
    },
    {
      name: 'JSON patch',
      run: (c) => c.patch(KEY, { type: 'json', body: [] }),
      call: 'PATCH /k8s/api/v1/namespaces/default/configmaps/a?fieldManager=tester',
      type: 'application/json-patch+json',
    },
    {
      name: 'merge patch',
      run: (c) => c.patch(KEY, { type: 'merge', body: {} }, { dryRun: true }),
      call: 'PATCH /k8s/api/v1/namespaces/default/configmaps/a?fieldManager=tester&dryRun=All',
      type: 'application/merge-patch+json',
    },
    {
      name: 'strategic merge patch',
      run: (c) => c.patch(KEY, { type: 'strategic', body: {} }),
      call: 'PATCH /k8s/api/v1/namespaces/default/configmaps/a?fieldManager=tester',
      type: 'application/strategic-merge-patch+json',
    },
    {
      name: 'apply',
      run: (c) => c.apply(configMap('a'), { force: true }),
      call: 'PATCH /k8s/api/v1/namespaces/default/configmaps/a?force=true&fieldManager=tester',
      type: 'application/apply-patch+yaml',
    },
    {
      name: 'delete',
      run: (c) => c.delete(KEY, { propagationPolicy: 'Foreground', preconditions: { uid: 'u' } }),
      call: 'DELETE /k8s/api/v1/namespaces/default/configmaps/a',
      type: 'application/json',
    },
  ];

  it.each(writes)('sends $name', async ({ run, call, type }) => {
    const { fetch, seen } = serve(({ method }) => (method === 'GET' ? undefined : json(configMap('a', '2'))));
    await run(client(fetch));
    expect(calls(seen)).toEqual([call]);
    expect(seen.at(-1)?.headers.get('content-type')).toBe(type);
  });

  it('sends delete options and accepts that the object is gone', async () => {
    const { fetch, seen } = serve(() => undefined);
    await client(fetch).delete(KEY, {
      propagationPolicy: 'Orphan',
      gracePeriodSeconds: 0,
      preconditions: { resourceVersion: '3' },
    });
    expect(JSON.parse(seen.at(-1)?.body ?? '')).toEqual({
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy: 'Orphan',
      gracePeriodSeconds: 0,
      preconditions: { resourceVersion: '3' },
    });
  });
});

describe('createKubeClient failures', () => {
  const details = {
    name: 'a',
    group: 'apps',
    kind: 'deployments',
    causes: [{ reason: 'FieldManagerConflict', field: '.spec.replicas', message: 'm' }],
  };

  it('turns a Status into an ApiError with everything in it', async () => {
    const { fetch } = serve(({ method }) => (method === 'PATCH' ? failure(409, 'Conflict', details) : undefined));
    expect((await caught(client(fetch).apply(configMap('a')))).status).toEqual({
      httpCode: 409,
      reason: 'Conflict',
      message: 'told why',
      group: 'apps',
      kind: 'deployments',
      objectName: 'a',
      causes: [{ reason: 'FieldManagerConflict', field: '.spec.replicas', message: 'm' }],
    });
  });

  it('goes by the HTTP code when the body is no Status', async () => {
    const { fetch } = serve(({ method }) => (method === 'POST' ? new Response('<html>', { status: 413 }) : undefined));
    expect((await caught(client(fetch).create(configMap('a')))).status).toMatchObject({
      httpCode: 413,
      reason: 'RequestEntityTooLarge',
    });
  });

  it('answers ServiceUnavailable 503 when the server cannot be reached', async () => {
    const fetch: Fetch = () => Promise.reject(new TypeError('fetch failed'));
    const error = await caught(client(fetch).list(CONFIG_MAP));
    expect(error.status).toMatchObject({ httpCode: 503, reason: 'ServiceUnavailable' });
    expect(error.retryable).toBe(true);
  });

  it('throws the reason of an aborted signal', async () => {
    const aborting = new AbortController();
    const fetch: Fetch = () => {
      aborting.abort(new Error('stop'));
      return Promise.reject(new DOMException('aborted', 'AbortError'));
    };
    await expect(client(fetch).get(KEY, { signal: aborting.signal })).rejects.toThrow('stop');
  });

  it('waits as long as an overloaded server asks, then tries again', async () => {
    const clock = new VirtualClock(0);
    let left = 2;
    const { fetch, seen } = serve(({ url }) => {
      if (!url.pathname.endsWith('/a')) return undefined;
      return left-- > 0 ? json({ code: 429 }, 429, { 'retry-after': '3' }) : json(configMap('a'));
    });
    let done = false;
    const got = client(fetch, { clock })
      .get(KEY)
      .finally(() => (done = true));
    await clock.advanceUntil(() => done, 60_000);
    expect(await got).toMatchObject({ kind: 'ConfigMap' });
    expect(clock.now()).toBeGreaterThanOrEqual(6_000);
    expect(calls(seen)).toHaveLength(3);
  });
});

describe('createKubeClient discovery', () => {
  it('asks once for many callers and again after invalidation', async () => {
    const { fetch, seen } = serve(() => undefined);
    const { discovery } = client(fetch);
    await Promise.all([discovery.resourceFor(CONFIG_MAP), discovery.resourceFor(NODE), discovery.resources()]);
    await discovery.resourceFor(NODE);
    expect(seen).toHaveLength(2);
    discovery.invalidate();
    await discovery.resourceFor(NODE);
    expect(seen).toHaveLength(4);
  });

  it('asks again for a kind that it does not know, and finds a new one', async () => {
    let groups: object = GROUPS;
    const { fetch } = serve(({ url }) => (url.pathname.endsWith('/apis') ? json(groups) : undefined));
    const { discovery } = client(fetch);
    const rollout = { group: 'argoproj.io', version: 'v1alpha1', kind: 'Rollout' };
    expect((await caught(discovery.resourceFor(rollout))).reason).toBe('NotFound');
    groups = {
      ...GROUPS,
      items: [
        {
          metadata: { name: 'argoproj.io' },
          versions: [{ version: 'v1alpha1', resources: [resource('Rollout', 'rollouts')] }],
        },
      ],
    };
    expect(await discovery.resourceFor(rollout)).toMatchObject({ resource: 'rollouts', namespaced: true });
  });

  it('tells a server that is down from a kind that is not served', async () => {
    const { discovery } = client(serve(() => undefined).fetch);
    const gvk = { group: 'metrics.k8s.io', version: 'v1', kind: 'PodMetrics' };
    expect((await caught(discovery.resourceFor(gvk))).reason).toBe('ServiceUnavailable');
  });

  it('names the preferred version of every kind that can be listed and watched', async () => {
    const all = await client(serve(() => undefined).fetch).discovery.resources();
    expect(all.map(({ version, resource: plural }) => `${version}/${plural}`)).toEqual([
      'v1/configmaps',
      'v1/nodes',
      'v2/horizontalpodautoscalers',
    ]);
  });
});

describe('createKubeClient watching', () => {
  async function collect(response: Response): Promise<{ events: WatchEvent[]; error?: unknown; seen: Seen[] }> {
    const { fetch, seen } = serve(({ url }) => (url.searchParams.has('watch') ? response : undefined));
    const events: WatchEvent[] = [];
    try {
      for await (const event of client(fetch).watch(CONFIG_MAP, { resourceVersion: '5' })) events.push(event);
    } catch (error) {
      return { events, error, seen };
    }
    return { events, seen };
  }

  const line = (type: string, object: object): string => `${JSON.stringify({ type, object })}\n`;

  it('decodes events that are cut anywhere, bookmarks included', async () => {
    const whole =
      line('ADDED', configMap('ä')) + line('BOOKMARK', configMap('', '8')) + line('DELETED', configMap('b'));
    const bytes = [...Buffer.from(whole)];
    const response = new Response(
      new ReadableStream({
        start(controller) {
          for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
          controller.close();
        },
      }),
    );
    const { events, error, seen } = await collect(response);
    expect(error).toBeUndefined();
    expect(events.map(({ type, object }) => [type, object.metadata.name])).toEqual([
      ['ADDED', 'ä'],
      ['BOOKMARK', ''],
      ['DELETED', 'b'],
    ]);
    expect(calls(seen)).toEqual(['GET /k8s/api/v1/configmaps?watch=true&allowWatchBookmarks=true&resourceVersion=5']);
  });

  it.each([
    {
      name: 'an ERROR event 410',
      response: () => stream(line('ADDED', configMap('a')), line('ERROR', { code: 410, reason: 'Gone' })),
      reason: 'Expired',
      events: 1,
    },
    { name: 'a response 410', response: () => failure(410, 'Gone'), reason: 'Expired', events: 0 },
    {
      name: 'another ERROR event',
      response: () => stream(line('ERROR', { code: 500, reason: 'InternalError' })),
      reason: 'InternalError',
      events: 0,
    },
    {
      name: 'a stream that ends within an event',
      response: () => stream('{"type":"ADDED","obj'),
      reason: 'ServiceUnavailable',
      events: 0,
    },
    { name: 'an event that is no JSON', response: () => stream('nonsense\n'), reason: 'InternalError', events: 0 },
  ])('throws $reason for $name', async ({ response, reason, events }) => {
    const result = await collect(response());
    expect(result.events).toHaveLength(events);
    expect(result.error).toMatchObject({ reason });
  });

  it.each([
    { transport: 'ends the body with an error', fail: true },
    { transport: 'leaves the body open', fail: false },
  ])('returns without an error when the signal aborts and the transport $transport', async ({ fail }) => {
    const aborting = new AbortController();
    let cancelled = false;
    const { promise: opened, resolve } = Promise.withResolvers<ReadableStreamDefaultController<Uint8Array>>();
    const body = new ReadableStream<Uint8Array>({ start: resolve, cancel: () => void (cancelled = true) });
    const { fetch } = serve(({ url }) => (url.searchParams.has('watch') ? new Response(body) : undefined));
    const events = client(fetch).watch(CONFIG_MAP, { resourceVersion: '5', signal: aborting.signal });
    const controller = await opened;
    controller.enqueue(Buffer.from(line('ADDED', configMap('a'))));
    const iterator = events[Symbol.asyncIterator]();
    expect((await iterator.next()).done).toBe(false);
    const end = iterator.next();
    if (fail) controller.error(new DOMException('aborted', 'AbortError'));
    aborting.abort();
    expect((await end).done).toBe(true);
    expect(cancelled).toBe(!fail);
  });
});
