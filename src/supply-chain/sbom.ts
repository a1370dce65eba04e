import { z } from 'zod';

/** What a bill of materials says of itself. */
export interface Sbom {
  readonly format: 'CycloneDX' | 'SPDX';
  readonly version: string;
  /** What it describes, as it names it; may be empty. */
  readonly subject: string;
  /** Whether it names the digest of what it describes, and which; `sha256:…`. */
  readonly digests: readonly string[];
  /** How many packages or components it lists. */
  readonly components: number;
}

const MAX_COMPONENTS = 1_000_000;

const cyclonedx = z.object({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.string(),
  metadata: z
    .object({
      component: z
        .object({
          name: z.string().optional(),
          version: z.string().optional(),
          purl: z.string().optional(),
          'bom-ref': z.string().optional(),
          hashes: z.array(z.object({ alg: z.string(), content: z.string() })).optional(),
        })
        .optional(),
    })
    .optional(),
  components: z.array(z.unknown()).max(MAX_COMPONENTS).default([]),
});

const spdx = z.object({
  spdxVersion: z.string(),
  name: z.string().default(''),
  documentDescribes: z.array(z.string()).optional(),
  packages: z
    .array(
      z.object({
        SPDXID: z.string().optional(),
        name: z.string().optional(),
        versionInfo: z.string().optional(),
        checksums: z.array(z.object({ algorithm: z.string(), checksumValue: z.string() })).optional(),
      }),
    )
    .max(MAX_COMPONENTS)
    .default([]),
  relationships: z
    .array(z.object({ relationshipType: z.string(), spdxElementId: z.string(), relatedSpdxElement: z.string() }))
    .optional(),
});

/** Reads CycloneDX or SPDX 2 in JSON. @throws Error for anything else */
export function readSbom(document: unknown): Sbom {
  const wrapped = z.object({ Data: z.unknown() }).safeParse(document);
  const content = wrapped.success && wrapped.data.Data !== undefined ? unwrapped(wrapped.data.Data) : document;
  const cyclone = cyclonedx.safeParse(content);
  return cyclone.success ? fromCycloneDx(cyclone.data) : fromSpdx(spdx.parse(content));
}

/** Older versions of Cosign put the document into `Data`, as text. */
function unwrapped(data: unknown): unknown {
  return typeof data === 'string' ? JSON.parse(data) : data;
}

function fromCycloneDx({ specVersion, metadata, components }: z.infer<typeof cyclonedx>): Sbom {
  const component = metadata?.component;
  const hashes = (component?.hashes ?? [])
    .filter(({ alg }) => alg === 'SHA-256')
    .map(({ content }) => `sha256:${content}`);
  const named = [component?.version, component?.purl, component?.['bom-ref'], component?.name];
  return {
    format: 'CycloneDX',
    version: specVersion,
    subject: component?.name ?? '',
    digests: [...hashes, ...named.flatMap(digestsIn)],
    components: components.length,
  };
}

function fromSpdx({ spdxVersion, name, packages, documentDescribes, relationships }: z.infer<typeof spdx>): Sbom {
  const described = new Set([
    ...(documentDescribes ?? []),
    ...(relationships ?? [])
      .filter(
        ({ relationshipType, spdxElementId }) =>
          relationshipType === 'DESCRIBES' && spdxElementId === 'SPDXRef-DOCUMENT',
      )
      .map(({ relatedSpdxElement }) => relatedSpdxElement),
  ]);
  const subjects = packages.filter(({ SPDXID }) => described.has(SPDXID ?? ''));
  const checksums = subjects.flatMap(({ checksums: list = [] }) =>
    list.filter(({ algorithm }) => algorithm === 'SHA256').map(({ checksumValue }) => `sha256:${checksumValue}`),
  );
  return {
    format: 'SPDX',
    version: spdxVersion.replace(/^SPDX-/, ''),
    subject: subjects[0]?.name ?? name,
    digests: [...checksums, ...subjects.flatMap(({ versionInfo, name: own }) => [versionInfo, own].flatMap(digestsIn))],
    // What the document describes is the image itself, not a part of it.
    components: packages.length - subjects.length,
  };
}

function digestsIn(text: string | undefined): readonly string[] {
  return decoded(text ?? '').match(/sha256:[0-9a-f]{64}/g) ?? [];
}

/** Package URLs write `:` as `%3A`. */
function decoded(text: string): string {
  return text.replaceAll(/%3a/gi, ':');
}
