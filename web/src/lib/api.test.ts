import { describe, expect, it } from 'vitest';
import { createApi } from './api.ts';

function answering(response: () => Response): { readonly send: typeof fetch; readonly requests: Request[] } {
  const requests: Request[] = [];
  const send: typeof fetch = async (input, init) => {
    requests.push(new Request(new URL(input as string, 'http://page'), init));
    return response();
  };
  return { send, requests };
}

describe('createApi', () => {
  it('sends what the server needs to know that the page itself asks', async () => {
    const { send, requests } = answering(() => Response.json({ name: 'x' }, { status: 201 }));
    await createApi(send).promote({ service: 'gateway', environment: 'staging' });
    const [request] = requests;
    expect(request?.method).toBe('POST');
    expect(request?.headers.get('x-requested-with')).toBe('stoa-cd');
    expect(await request?.json()).toEqual({ service: 'gateway', environment: 'staging' });
  });

  it('escapes names in paths', async () => {
    const { send, requests } = answering(() => Response.json({}));
    await createApi(send).approve('a/../b');
    expect(new URL(requests[0]?.url ?? '').pathname).toBe('/api/v1/promotions/a%2F..%2Fb/approve');
  });

  it('throws the detail of a problem', async () => {
    const problem = { code: 'REFUSED', title: 'Not possible now', detail: 'Gates are open', status: 409 };
    const { send } = answering(() => Response.json(problem, { status: 409 }));
    await expect(createApi(send).deploy('one')).rejects.toMatchObject({
      message: 'Gates are open',
      code: 'REFUSED',
      status: 409,
    });
  });

  it('throws for an answer that is no problem document', async () => {
    const { send } = answering(() => new Response('<html>', { status: 502 }));
    await expect(createApi(send).overview()).rejects.toMatchObject({ status: 502, code: 'HTTP' });
  });

  it('throws for a server that does not answer', async () => {
    const send: typeof fetch = async () => Promise.reject(new TypeError('fetch failed'));
    await expect(createApi(send).me()).rejects.toMatchObject({ status: 0, code: 'UNREACHABLE' });
  });
});
