import { z } from 'zod';
import { DistributionError } from './errors.ts';

export const MAX_MANIFEST = 4 * 1024 * 1024;

const descriptor = z.object({
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  size: z.number().int().nonnegative(),
  mediaType: z.string(),
});

const manifestSchema = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  artifactType: z.string().optional(),
  config: descriptor.optional(),
  layers: z.array(descriptor).optional(),
  manifests: z.array(descriptor).optional(),
  subject: descriptor.optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});

export interface ParsedManifest {
  readonly mediaType: string;
  readonly blobs: readonly string[];
  readonly manifests: readonly string[];
  readonly subject: string | undefined;
  readonly artifactType: string | undefined;
  readonly annotations: Readonly<Record<string, string>> | undefined;
}

const TYPES = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];

/** @throws DistributionError `MANIFEST_INVALID` */
export function parseManifest(content: Uint8Array, contentType: string | null): ParsedManifest {
  const parsed = manifestSchema.safeParse(json(content));
  if (!parsed.success)
    throw new DistributionError(
      'MANIFEST_INVALID',
      'the manifest is not an image manifest or index of schema version 2',
    );
  const { data } = parsed;
  const { config, layers = [], manifests = [] } = data;
  return {
    mediaType: mediaTypeOf(contentType, data.mediaType),
    blobs: (config === undefined ? layers : [config, ...layers]).map(({ digest }) => digest),
    manifests: manifests.map(({ digest }) => digest),
    subject: data.subject?.digest,
    artifactType: data.artifactType ?? data.config?.mediaType,
    annotations: data.annotations,
  };
}

function mediaTypeOf(header: string | null, own: string | undefined): string {
  const mediaType = (header ?? own ?? '').split(';', 1)[0]?.trim() ?? '';
  if (!TYPES.includes(mediaType))
    throw new DistributionError('MANIFEST_INVALID', `manifests of type ${mediaType || 'none'} are not supported`);
  if (own !== undefined && own !== mediaType) {
    throw new DistributionError('MANIFEST_INVALID', `the manifest says it is ${own}, the request says ${mediaType}`);
  }
  return mediaType;
}

function json(content: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(content).toString('utf8'));
  } catch {
    throw new DistributionError('MANIFEST_INVALID', 'the manifest is not JSON');
  }
}
