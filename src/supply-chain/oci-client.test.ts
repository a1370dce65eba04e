import { describe, expect, it } from 'vitest';
import { createOciClient } from './oci-client.ts';
import type { OciClientOptions } from './oci-client.ts';
import { parseReference } from './reference.ts';
import { digestOf } from './registry-http.ts';

const CONTENT = Buffer.from('a blob');
const DIGEST = digestOf(CONTENT);
const IMAGE = parseReference('registry.example.com/stoa/gateway:1');

interface Sent {
  readonly url: string;
  readonly authorization: string | null;
}

/** A client over answers in the order of the requests. */
function clientOver(answers: readonly Response[], options: Partial<OciClientOptions> = {}) {
  const sent: Sent[] = [];
  const left = [...answers];
  const client = createOciClient({
    ...options,
    fetch: (input, init) => {
      const request = new Request(input, init);
      sent.push({ url: request.url, authorization: request.headers.get('authorization') });
      return Promise.resolve(left.shift() ?? new Response(null, { status: 500 }));
    },
  });
  return { client, sent };
}

function challenge(realm: string): Response {
  const header = `Bearer realm="${realm}",service="registry",scope="repository:stoa/gateway:pull"`;
  return new Response(null, { status: 401, headers: { 'www-authenticate': header } });
}

const redirect = (location: string): Response => new Response(null, { status: 307, headers: { location } });
const blob = (): Response => new Response(CONTENT);
const credentials = { username: 'ci', password: 'secret' };
const BASIC = `Basic ${Buffer.from('ci:secret').toString('base64')}`;

describe(createOciClient, () => {
  it('fetches the token that a registry asks for, once', async () => {
    const token = Response.json({ token: 'abc' });
    const { client, sent } = clientOver([challenge('https://gitlab.example.com/jwt/auth'), token, blob(), blob()], {
      credentials,
    });

    await client.blob(IMAGE, DIGEST);
    await client.blob(IMAGE, DIGEST);

    expect(sent.map(({ authorization }) => authorization)).toEqual([BASIC, BASIC, 'Bearer abc', 'Bearer abc']);
    expect(sent[1]?.url).toBe(
      'https://gitlab.example.com/jwt/auth?service=registry&scope=repository%3Astoa%2Fgateway%3Apull',
    );
  });

  it('fetches another when the token has expired', async () => {
    const { client, sent } = clientOver([
      challenge('https://auth.example.com/'),
      Response.json({ access_token: 'one' }),
      blob(),
      challenge('https://auth.example.com/'),
      Response.json({ token: 'two' }),
      blob(),
    ]);

    await client.blob(IMAGE, DIGEST);
    await client.blob(IMAGE, DIGEST);

    expect(sent.at(-1)?.authorization).toBe('Bearer two');
  });

  it.each([
    { reason: 'asks for credentials without TLS', answers: [challenge('http://auth.example.com/')], requests: 1 },
    { reason: 'names no address', answers: [challenge('nowhere')], requests: 1 },
    {
      reason: 'gives no token',
      answers: [challenge('https://auth.example.com/'), Response.json({})],
      requests: 2,
    },
    {
      reason: 'refuses the token',
      answers: [
        challenge('https://auth.example.com/'),
        Response.json({ token: 'x' }),
        challenge('https://auth.example.com/'),
      ],
      requests: 3,
    },
    { reason: 'wants another scheme', answers: [new Response(null, { status: 401 })], requests: 1 },
  ])('is not authorized when the registry $reason', async ({ answers, requests }) => {
    const { client, sent } = clientOver(answers, { credentials });

    await expect(client.blob(IMAGE, DIGEST)).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    expect(sent).toHaveLength(requests);
  });

  it('follows a blob to where it is kept, without credentials', async () => {
    const { client, sent } = clientOver([redirect('https://store.example.com/x?sig=1'), blob()], { credentials });

    expect(Buffer.from(await client.blob(IMAGE, DIGEST)).toString()).toBe('a blob');
    expect(sent).toEqual([
      { url: `https://registry.example.com/v2/stoa/gateway/blobs/${DIGEST}`, authorization: BASIC },
      { url: 'https://store.example.com/x?sig=1', authorization: null },
    ]);
  });

  it.each([
    { reason: 'a place without TLS', answers: [redirect('http://169.254.169.254/'), blob()], code: 'REFUSED' },
    {
      reason: 'a circle',
      answers: Array.from({ length: 5 }, () => redirect('https://a.example.com/')),
      code: 'REFUSED',
    },
    {
      reason: 'other content',
      answers: [redirect('https://a.example.com/'), new Response('other')],
      code: 'DIGEST_MISMATCH',
    },
    {
      reason: 'nothing',
      answers: [redirect('https://a.example.com/'), new Response(null, { status: 404 })],
      code: 'NOT_FOUND',
    },
  ])('refuses a blob that is sent to $reason', async ({ answers, code }) => {
    const { client } = clientOver(answers);

    await expect(client.blob(IMAGE, DIGEST)).rejects.toMatchObject({ code });
  });

  it('does not send again what the registry keeps elsewhere', async () => {
    const moved = (): Response => redirect('https://store.example.com/x?sig=1');
    const created = new Response(null, { status: 201, headers: { 'oci-subject': DIGEST } });
    const { client, sent } = clientOver([moved(), moved(), created]);

    await client.pushArtefact({
      registry: 'registry.example.com',
      repository: 'a',
      layers: [{ mediaType: 'x/y', content: CONTENT }],
    });

    expect(sent.map(({ url }) => new URL(url).host)).toEqual(Array(3).fill('registry.example.com'));
  });

  it('reads referrers from the fallback tag where there is no API', async () => {
    const descriptor = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: DIGEST, size: 6 };
    const index = Response.json({ schemaVersion: 2, manifests: [descriptor] });
    const { client, sent } = clientOver([new Response(null, { status: 404 }), index]);

    expect(await client.referrers({ ...IMAGE, digest: DIGEST })).toEqual([descriptor]);
    expect(sent[1]?.url).toContain(`/manifests/${DIGEST.replace(':', '-')}`);
  });

  it('says that a registry is down rather than that there is nothing', async () => {
    const { client } = clientOver([new Response(null, { status: 503 })]);

    await expect(client.referrers({ ...IMAGE, digest: DIGEST })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
