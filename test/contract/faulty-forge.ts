import type { Fetch } from '../../src/core/index.ts';

/**
 * `lost`: it is done, and the answer does not arrive. `cut`: half of the answer arrives. `refused`: nothing arrives at the
 * forge. `silent`: nothing ever answers. Else an answer in place of the forge's.
 */
export type Fault =
  | 'lost'
  | 'cut'
  | 'refused'
  | 'silent'
  | { readonly status: number; readonly body?: object; readonly headers?: Record<string, string> };

export interface FaultyForge {
  readonly fetch: Fetch;
  /** What reached the network, as `METHOD path`. */
  readonly calls: string[];
  /** The next calls of the method whose path ends so fail, one after another. */
  fail(method: string, end: string, ...faults: readonly Fault[]): void;
}

/** A `Fetch` that fails as networks and servers do. */
export function faultyForge(inner: Fetch): FaultyForge {
  const planned: { readonly method: string; readonly end: string; readonly fault: Fault }[] = [];
  const calls: string[] = [];
  return {
    calls,
    fail: (method, end, ...faults) => planned.push(...faults.map((fault) => ({ method, end, fault }))),
    async fetch(input, init) {
      const { pathname } = new URL(input instanceof Request ? input.url : input);
      const method = init?.method ?? 'GET';
      calls.push(`${method} ${pathname}`);
      const index = planned.findIndex((one) => one.method === method && pathname.endsWith(one.end));
      const [next] = index < 0 ? [] : planned.splice(index, 1);
      return next === undefined ? inner(input, init) : act(next.fault, () => inner(input, init), init?.signal);
    },
  };
}

async function act(
  fault: Fault,
  call: () => Promise<Response>,
  signal: AbortSignal | null | undefined,
): Promise<Response> {
  if (typeof fault === 'object') {
    const { status, body = {}, headers = {} } = fault;
    return Response.json(body, { status, headers });
  }
  if (fault === 'refused') throw new TypeError('fetch failed');
  if (fault === 'silent') return silence(signal);
  const response = await call();
  const text = await response.text();
  if (fault === 'lost') throw new TypeError('terminated');
  return new Response(text.slice(0, text.length / 2), { status: response.status, headers: response.headers });
}

function silence(signal: AbortSignal | null | undefined): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal?.addEventListener('abort', () => reject(signal.reason as Error));
  return promise;
}
