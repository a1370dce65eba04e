import { z } from 'zod';
import { YamlError, isJsonObject, parseYaml } from '../core/index.ts';
import type { JsonObject, JsonValue } from '../core/index.ts';
import { KustomizeError } from './errors.ts';

const strings = z.array(z.string());
const labels = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String));

const selector = z.strictObject({
  group: z.string().optional(),
  version: z.string().optional(),
  kind: z.string().optional(),
  name: z.string().optional(),
  namespace: z.string().optional(),
  labelSelector: z.string().optional(),
  annotationSelector: z.string().optional(),
});

const patch = z.strictObject({
  path: z.string().optional(),
  patch: z.string().optional(),
  target: selector.optional(),
  options: z
    .strictObject({ allowNameChange: z.boolean().optional(), allowKindChange: z.boolean().optional() })
    .optional(),
});

const generatorOptions = z.strictObject({
  labels: labels.optional(),
  annotations: labels.optional(),
  disableNameSuffixHash: z.boolean().optional(),
  immutable: z.boolean().optional(),
});

const generator = z.strictObject({
  name: z.string(),
  namespace: z.string().optional(),
  type: z.string().optional(),
  behavior: z.enum(['create', 'merge', 'replace']).optional(),
  literals: strings.optional(),
  files: strings.optional(),
  envs: strings.optional(),
  env: z.string().optional(),
  options: generatorOptions.optional(),
});

const image = z.strictObject({
  name: z.string(),
  newName: z.string().optional(),
  newTag: z.union([z.string(), z.number()]).transform(String).optional(),
  digest: z.string().optional(),
});

const schema = z.strictObject({
  apiVersion: z.string().optional(),
  kind: z.enum(['Kustomization', 'Component']).optional(),
  metadata: z.unknown().optional(),
  namespace: z.string().optional(),
  resources: strings.nullish(),
  bases: strings.nullish(),
  components: strings.nullish(),
  commonLabels: labels.nullish(),
  commonAnnotations: labels.nullish(),
  labels: z
    .array(
      z.strictObject({
        pairs: labels,
        includeSelectors: z.boolean().optional(),
        includeTemplates: z.boolean().optional(),
      }),
    )
    .nullish(),
  patches: z.array(patch).nullish(),
  patchesStrategicMerge: strings.nullish(),
  patchesJson6902: z.array(patch).nullish(),
  images: z.array(image).nullish(),
  replicas: z
    .array(z.strictObject({ name: z.string(), count: z.union([z.number(), z.string()]).transform(Number) }))
    .nullish(),
  configMapGenerator: z.array(generator).nullish(),
  secretGenerator: z.array(generator).nullish(),
  generatorOptions: generatorOptions.nullish(),
});

export type Kustomization = z.infer<typeof schema>;
export type PatchSpec = z.infer<typeof patch>;
export type Selector = z.infer<typeof selector>;
export type GeneratorSpec = z.infer<typeof generator>;
export type GeneratorOptions = z.infer<typeof generatorOptions>;
export type ImageSpec = z.infer<typeof image>;

/** Documents of a YAML file. @throws KustomizeError with file and line */
export function parseDocuments(text: string, file: string): readonly JsonValue[] {
  try {
    return parseYaml(text);
  } catch (error) {
    if (error instanceof YamlError)
      throw new KustomizeError('INVALID', error.message, { file, line: error.line, cause: error });
    throw error;
  }
}

/** Reads a kustomization file. @throws KustomizeError; a field that is not supported is refused by name */
export function parseKustomization(text: string, file: string): Kustomization {
  const [document, ...more] = parseDocuments(text, file);
  if (more.length > 0)
    throw new KustomizeError('INVALID', 'Cannot use the kustomization: it has several documents', { file });
  if (document !== undefined && !isJsonObject(document))
    throw new KustomizeError('INVALID', 'Cannot use the kustomization: it is no mapping', { file });
  const parsed = schema.safeParse(document ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (issue?.code === 'unrecognized_keys') {
    throw new KustomizeError(
      'UNSUPPORTED',
      `Cannot use the field ${[...issue.path, ...issue.keys].join('.')}: it is not supported`,
      { file },
    );
  }
  throw new KustomizeError(
    'INVALID',
    `Cannot use ${issue?.path.join('.') ?? 'the kustomization'}: ${issue?.message ?? 'it is invalid'}`,
    { file },
  );
}

/** A Kubernetes object of a document. */
export function checkObject(value: JsonValue, file: string): JsonObject {
  const ok =
    isJsonObject(value) &&
    typeof value['kind'] === 'string' &&
    typeof value['apiVersion'] === 'string' &&
    isJsonObject(value['metadata']);
  if (!ok)
    throw new KustomizeError('INVALID', 'Cannot use a document: it has no apiVersion, kind or metadata', { file });
  return value;
}
