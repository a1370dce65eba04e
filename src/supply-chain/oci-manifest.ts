import { z } from 'zod';
import { RegistryError } from './errors.ts';

export const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const INDEX = 'application/vnd.oci.image.index.v1+json';
const MAX_ENTRIES = 1000;

const descriptor = z.object({
  mediaType: z.string().max(255),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  size: z.number().int().nonnegative(),
  artifactType: z.string().max(255).exactOptional(),
  annotations: z.record(z.string(), z.string()).exactOptional(),
});

const manifest = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.string().exactOptional(),
  artifactType: z.string().exactOptional(),
  config: descriptor.exactOptional(),
  layers: z.array(descriptor).max(MAX_ENTRIES).default([]),
  manifests: z.array(descriptor).max(MAX_ENTRIES).default([]),
  subject: descriptor.exactOptional(),
});

/** What points at content in a registry. */
export type Descriptor = Readonly<z.infer<typeof descriptor>>;
/** An image manifest or an index, taken apart. */
export type ParsedManifest = Readonly<z.infer<typeof manifest>>;

/** @throws RegistryError `REFUSED` for anything but a manifest or index of schema version 2 */
export function parseManifest(content: Uint8Array): ParsedManifest {
  const result = manifest.safeParse(json(content));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new RegistryError(
    'REFUSED',
    `Cannot read the manifest: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim(),
  );
}

function json(content: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(content).toString('utf8'));
  } catch (cause) {
    throw new RegistryError('REFUSED', 'Cannot read the manifest: it is not JSON', { cause });
  }
}
