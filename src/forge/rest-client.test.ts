import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { VirtualClock } from '../core/index.ts';
import type { Fetch } from '../core/index.ts';
import { ForgeError } from './errors.ts';
import { RestClient } from './rest-client.ts';

const SECRET = 'glpat-secret-1';

function client(fetch: Fetch, apiUrl = 'http://forge/api'): RestClient {
  const headers = { authorization: `Bearer ${SECRET}` };
  return new RestClient({ apiUrl, scope: '/p', headers, secrets: [SECRET] }, { fetch, clock: new VirtualClock() });
}

const answering = (body: string | ReadableStream, init?: ResponseInit): RestClient =>
  client(async () => new Response(body, init));
const errorOf = (promise: Promise<unknown>): Promise<ForgeError> =>
  promise.then(
    () => expect.unreachable(),
    (error: unknown) => error as ForgeError,
  );
const post = { method: 'POST', path: '/x', body: {} } as const;

describe(RestClient, () => {
  it.each([
    { reason: 'a refusal', api: answering(JSON.stringify({ message: `${SECRET} is revoked` }), { status: 401 }) },
    {
      reason: 'a list of reasons',
      api: answering(JSON.stringify({ message: { base: [SECRET] } }), { status: 400 }),
    },
    { reason: 'a broken connection', api: client(() => Promise.reject(new TypeError(`bad header ${SECRET}`))) },
  ])('keeps the token out of the error of $reason', async ({ api }) => {
    const error = await errorOf(api.call(post, z.unknown()));

    expect(error).toBeInstanceOf(ForgeError);
    expect(error.message).toContain('***');
    expect(`${error.message}${JSON.stringify(error.details)}${String(error.cause)}`).not.toContain(SECRET);
  });

  it('says that a token has expired', async () => {
    const body = { error: 'invalid_token', error_description: 'Token is expired. You can either do re-authorization' };

    const error = await errorOf(answering(JSON.stringify(body), { status: 401 }).call(post, z.unknown()));

    expect(error).toMatchObject({ code: 'UNAUTHORIZED', retryable: false });
    expect(error.message).toContain('Token is expired');
  });

  it('reads no endless answer, nor an endless refusal', async () => {
    let sent = 0;
    const endless = (): ReadableStream =>
      new ReadableStream({
        pull(body) {
          sent += 1_000_000;
          body.enqueue(new Uint8Array(1_000_000).fill(32));
        },
      });

    expect(await errorOf(answering(endless()).call({ path: '/x' }, z.unknown()))).toMatchObject({ code: 'INVALID' });
    expect(sent).toBeLessThan(40_000_000);
    sent = 0;
    expect(await errorOf(answering(endless(), { status: 400 }).call(post, z.unknown()))).toMatchObject({
      code: 'INVALID',
    });
    expect(sent).toBeLessThan(4_000_000);
  });

  it('takes a list that never ends for a fault', async () => {
    let calls = 0;
    const api = client(async () => {
      calls++;
      return Response.json([1], { headers: { link: '<http://x/?page=2>; rel="next"' } });
    });

    const error = await errorOf(api.all({ path: '/x', schema: z.array(z.number()) }));

    expect(error.code).toBe('INVALID');
    expect(calls).toBe(100);
  });

  it('reads no further than to what is of no interest', async () => {
    let calls = 0;
    const api = client(async () => {
      const from = 9 - 3 * calls++;
      return Response.json([from, from - 1, from - 2], { headers: { 'x-next-page': String(calls + 1) } });
    });

    const found = await api.all({ path: '/x', schema: z.array(z.number()), isPast: (item) => item < 5 });

    expect(found).toEqual([9, 8, 7, 6, 5]);
    expect(calls).toBe(2);
  });

  it('stops reading an answer when the signal aborts', async () => {
    const abort = new AbortController();
    const stalled = (signal: AbortSignal | null | undefined): ReadableStream =>
      new ReadableStream({
        start(body) {
          signal?.addEventListener('abort', () => body.error(signal.reason));
        },
      });
    const api = client(async (_input, init) => new Response(stalled(init?.signal)));
    const called = api.call({ path: '/x', signal: abort.signal }, z.unknown());

    abort.abort(new RangeError('enough'));

    await expect(called).rejects.toBeInstanceOf(RangeError);
  });

  it.each([
    { reason: 'credentials in the address', url: 'http://bot:hush@forge/api' },
    { reason: 'an address that is none', url: 'forge' },
  ])('refuses $reason', ({ url }) => {
    const open = (): RestClient => client(fetch, url);

    expect(open).toThrow(expect.objectContaining({ code: 'INVALID' }) as Error);
    expect(open).not.toThrow(/hush/);
  });
});
