import { COMMON_ANNOTATIONS, COMMON_LABELS, TEMPLATE_LABELS } from './default-labels.ts';
import { NAME_REFERENCES } from './default-name-references.ts';
import { VARIABLE_REFERENCES } from './default-variables.ts';
import { mergeFieldSpecs } from './field-spec.ts';
import type { FieldSpec, NameReference } from './field-spec.ts';

/** Which fields the transformers work on: the defaults, and what `configurations` and `crds` add. */
export interface TransformerConfig {
  readonly namePrefix: readonly FieldSpec[];
  readonly nameSuffix: readonly FieldSpec[];
  readonly namespace: readonly FieldSpec[];
  readonly commonLabels: readonly FieldSpec[];
  /** Of `labels` without selectors and templates. */
  readonly labels: readonly FieldSpec[];
  readonly templateLabels: readonly FieldSpec[];
  readonly commonAnnotations: readonly FieldSpec[];
  readonly nameReference: readonly NameReference[];
  readonly varReference: readonly FieldSpec[];
  readonly images: readonly FieldSpec[];
  readonly replicas: readonly FieldSpec[];
}

const SCALED_KINDS = ['Deployment', 'ReplicationController', 'ReplicaSet', 'StatefulSet'];

export const DEFAULT_CONFIG: TransformerConfig = {
  namePrefix: [{ path: 'metadata/name' }],
  nameSuffix: [{ path: 'metadata/name' }],
  namespace: [
    { path: 'metadata/name', kind: 'Namespace', create: true },
    { path: 'spec/service/namespace', group: 'apiregistration.k8s.io', kind: 'APIService', create: true },
    {
      path: 'spec/conversion/webhook/clientConfig/service/namespace',
      group: 'apiextensions.k8s.io',
      kind: 'CustomResourceDefinition',
    },
  ],
  commonLabels: COMMON_LABELS,
  labels: [{ path: 'metadata/labels', create: true }],
  templateLabels: TEMPLATE_LABELS,
  commonAnnotations: COMMON_ANNOTATIONS,
  nameReference: NAME_REFERENCES,
  varReference: VARIABLE_REFERENCES,
  images: [
    { path: 'spec/containers[]/image', create: true },
    { path: 'spec/initContainers[]/image', create: true },
    { path: 'spec/template/spec/containers[]/image', create: true },
    { path: 'spec/template/spec/initContainers[]/image', create: true },
  ],
  replicas: SCALED_KINDS.map((kind) => ({ path: 'spec/replicas', kind, create: true })),
};

const FIELD_LISTS = [
  'namePrefix',
  'nameSuffix',
  'namespace',
  'commonLabels',
  'labels',
  'templateLabels',
  'commonAnnotations',
  'varReference',
  'images',
  'replicas',
] as const;

export const EMPTY_CONFIG: TransformerConfig = {
  namePrefix: [],
  nameSuffix: [],
  namespace: [],
  commonLabels: [],
  labels: [],
  templateLabels: [],
  commonAnnotations: [],
  nameReference: [],
  varReference: [],
  images: [],
  replicas: [],
};

/** What a configuration file holds: any part of a {@link TransformerConfig}. */
export type ConfigAddition = Partial<TransformerConfig>;

/** What comes first decides. @throws KustomizeError INVALID_KUSTOMIZATION when both name a field and disagree on `create` */
export function mergeConfig(config: TransformerConfig, addition: ConfigAddition): TransformerConfig {
  if (config === addition) return config;
  if (config === EMPTY_CONFIG && addition === DEFAULT_CONFIG) return DEFAULT_CONFIG;
  const merged: { -readonly [Field in keyof TransformerConfig]: TransformerConfig[Field] } = { ...config };
  for (const field of FIELD_LISTS) {
    const more = addition[field] ?? [];
    if (more !== config[field]) merged[field] = mergeFieldSpecs(config[field], more);
  }
  merged.nameReference = mergeReferences(config.nameReference, addition.nameReference ?? []);
  return merged;
}

function mergeReferences(
  references: readonly NameReference[],
  more: readonly NameReference[],
): readonly NameReference[] {
  if (more.length === 0 || more === references) return references;
  if (references.length === 0) return more;
  const merged = [...references];
  for (const reference of more) {
    const at = merged.findIndex(
      ({ kind, group = '', version = '' }) =>
        kind === reference.kind && group === (reference.group ?? '') && version === (reference.version ?? ''),
    );
    const known = merged[at];
    if (known === undefined) merged.push(reference);
    else merged[at] = { ...known, fieldSpecs: mergeFieldSpecs(known.fieldSpecs, reference.fieldSpecs) };
  }
  return merged;
}
