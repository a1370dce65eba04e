import { describe, expect, it } from 'vitest';
import { collectAttached } from './attached.ts';
import { RegistryError } from './errors.ts';
import type { OciClient } from './oci-client.ts';
import { digestOf } from './registry-http.ts';

const DIGEST = digestOf('image');
const IMAGE = { registry: 'registry.example.com', repository: 'stoa/gateway', digest: DIGEST };
const BLOB = Buffer.from('{}');

function descriptor(content: Uint8Array, mediaType = 'application/vnd.dsse.envelope.v1+json') {
  return { mediaType, digest: digestOf(content), size: content.length };
}

interface Held {
  readonly subject: string;
  readonly size?: number;
  readonly mediaType?: string;
  /** @default 1 */
  readonly layers?: number;
}

/** A registry that lists one referrer. */
function registryWith({ subject, size, mediaType, layers = 1 }: Held) {
  const asked: string[] = [];
  const layer = { ...descriptor(BLOB, mediaType), ...(size === undefined ? {} : { size }) };
  const about = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: subject, size: 5 };
  const content = Buffer.from(
    JSON.stringify({ schemaVersion: 2, layers: Array<object>(layers).fill(layer), subject: about }),
  );
  const unused = (): Promise<string> => Promise.reject(new Error('nothing is pushed or resolved'));
  const client: OciClient = {
    resolve: unused,
    pushImage: unused,
    pushArtefact: unused,
    referrers: () => Promise.resolve([descriptor(content)]),
    manifest: ({ tag }) =>
      tag === undefined
        ? Promise.resolve({ mediaType: '', digest: digestOf(content), content })
        : Promise.reject(new RegistryError('NOT_FOUND', 'no such tag')),
    blob: (_, digest) => {
      asked.push(digest);
      return Promise.resolve(BLOB);
    },
  };
  return { client, asked };
}

describe(collectAttached, () => {
  it('finds what refers to the image', async () => {
    const { client } = registryWith({ subject: DIGEST });

    expect(await collectAttached(client, IMAGE)).toMatchObject({ found: [{ content: BLOB }], skipped: [] });
  });

  it('reads no more blobs than a verdict can need', async () => {
    const { client, asked } = registryWith({ subject: DIGEST, layers: 300 });

    const { found, skipped } = await collectAttached(client, IMAGE);

    expect([found.length, asked.length]).toEqual([256, 256]);
    expect(skipped.length).toBeLessThanOrEqual(10);
  });

  it.each([
    { reason: 'belongs to another image', held: { subject: digestOf('other') }, skipped: 1 },
    { reason: 'is too large', held: { subject: DIGEST, size: 33 * 1024 * 1024 }, skipped: 1 },
    { reason: 'is no signature', held: { subject: DIGEST, mediaType: 'application/vnd.example' }, skipped: 0 },
  ])('does not fetch what $reason', async ({ held, skipped }) => {
    const { client, asked } = registryWith(held);

    const attachments = await collectAttached(client, IMAGE);

    expect(attachments.found).toEqual([]);
    expect(attachments.skipped).toHaveLength(skipped);
    expect(asked).toEqual([]);
  });
});
