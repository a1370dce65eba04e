import type { Shape } from './shape.ts';

const TEXTS: Shape = { list: 'text' };
const PAIRS: Shape = { map: 'text' };

const PRINTED_PAIRS: Shape = { map: 'printed' };

const GVK = { group: 'text', version: 'text', kind: 'text' } as const;

const SELECTOR_FIELDS = {
  ...GVK,
  name: 'text',
  namespace: 'text',
  labelSelector: 'text',
  annotationSelector: 'text',
} as const;

const SELECTOR: Shape = { fields: SELECTOR_FIELDS };

export const PATCH: Shape = {
  fields: { path: 'text', patch: 'text', target: SELECTOR, options: { map: 'flag' } },
};

const FIELD_SPEC: Shape = { fields: { ...GVK, path: 'text', create: 'flag' } };

/** As files of their own have them, where unknown fields do not count. */
export const FIELD_SPECS: Shape = { list: { open: true, fields: { ...GVK, path: 'text', create: 'flag' } } };

const GENERATOR_OPTIONS: Shape = {
  fields: { labels: PAIRS, annotations: PAIRS, disableNameSuffixHash: 'flag', immutable: 'flag' },
};

const GENERATOR_FIELDS = {
  name: 'text',
  namespace: 'text',
  behavior: 'text',
  fileMergeMode: 'text',
  literals: TEXTS,
  files: TEXTS,
  envs: TEXTS,
  env: 'text',
  options: GENERATOR_OPTIONS,
} as const;

const CONFIG_MAP_ARGS: Shape = { fields: GENERATOR_FIELDS };
const SECRET_ARGS: Shape = { fields: { ...GENERATOR_FIELDS, type: 'text' } };

const FIELD_OPTIONS: Shape = { fields: { delimiter: 'text', index: 'integer', encoding: 'text', create: 'flag' } };

export const REPLACEMENT: Shape = {
  fields: {
    path: 'text',
    sourceValue: 'text',
    source: { fields: { ...GVK, name: 'text', namespace: 'text', fieldPath: 'text', options: FIELD_OPTIONS } },
    targets: {
      list: {
        fields: {
          select: SELECTOR,
          reject: { list: SELECTOR },
          fieldPaths: TEXTS,
          options: FIELD_OPTIONS,
        },
      },
    },
  },
};

export const IMAGE: Shape = {
  fields: { name: 'text', newName: 'text', newTag: 'text', digest: 'text', tagSuffix: 'text' },
};

export const REPLICA: Shape = { fields: { name: 'text', count: 'integer' } };

export const VARIABLE: Shape = {
  fields: {
    name: 'text',
    objref: { fields: { apiVersion: 'text', ...GVK, name: 'text', namespace: 'text' } },
    fieldref: { fields: { fieldPath: 'text' } },
  },
};

export const LABEL: Shape = {
  fields: {
    pairs: PAIRS,
    includeSelectors: 'flag',
    includeTemplates: 'flag',
    includeVolumeClaimTemplates: 'flag',
    fields: { list: FIELD_SPEC },
  },
};

const SORT_OPTIONS: Shape = {
  fields: { order: 'text', legacySortOptions: { fields: { orderFirst: TEXTS, orderLast: TEXTS } } },
};

/** `kustomization.yaml`, with the fields that upstream moves to newer ones. */
export const KUSTOMIZATION: Shape = {
  fields: {
    apiVersion: 'text',
    kind: 'text',
    metadata: {
      fields: { name: 'text', namespace: 'text', labels: PAIRS, annotations: PAIRS },
    },
    openapi: PAIRS,
    namePrefix: 'text',
    nameSuffix: 'text',
    namespace: 'text',
    commonLabels: PAIRS,
    labels: { list: LABEL },
    commonAnnotations: PAIRS,
    patchesStrategicMerge: TEXTS,
    patchesJson6902: { list: PATCH },
    patches: { list: PATCH },
    images: { list: IMAGE },
    imageTags: { list: IMAGE },
    replacements: { list: REPLACEMENT },
    replicas: { list: REPLICA },
    vars: { list: VARIABLE },
    sortOptions: SORT_OPTIONS,
    resources: TEXTS,
    components: TEXTS,
    crds: TEXTS,
    bases: TEXTS,
    configMapGenerator: { list: CONFIG_MAP_ARGS },
    secretGenerator: { list: SECRET_ARGS },
    generatorOptions: GENERATOR_OPTIONS,
    configurations: TEXTS,
    generators: TEXTS,
    transformers: TEXTS,
    validators: TEXTS,
    buildMetadata: TEXTS,
    inventory: 'any',
    helmGlobals: 'any',
    helmCharts: { list: 'any' },
    helmChartInflationGenerator: { list: 'any' },
  },
};

export const VALUE_TARGETS: Shape = {
  list: { open: true, fields: { selector: SELECTOR, fieldPath: 'text', filePathPosition: 'integer' } },
};

const PLUGIN_METADATA: Shape = { open: true, fields: { name: 'text', namespace: 'text' } };

function plugin(fields: Readonly<Record<string, Shape>>): Shape {
  return { open: true, fields: { metadata: PLUGIN_METADATA, ...fields } };
}

/** Files that configure a built-in plugin, by its name. */
export const PLUGINS = {
  AnnotationsTransformer: plugin({ annotations: PRINTED_PAIRS, fieldSpecs: FIELD_SPECS }),
  ConfigMapGenerator: plugin(GENERATOR_FIELDS),
  HashTransformer: plugin({}),
  IAMPolicyGenerator: plugin({
    cloud: 'text',
    kubernetesService: { open: true, fields: { name: 'text', namespace: 'text' } },
    serviceAccount: { open: true, fields: { name: 'text', projectId: 'text' } },
  }),
  ImageTagTransformer: plugin({ imageTag: IMAGE, fieldSpecs: FIELD_SPECS }),
  LabelTransformer: plugin({ labels: PAIRS, fieldSpecs: FIELD_SPECS }),
  NamespaceTransformer: plugin({ fieldSpecs: FIELD_SPECS, unsetOnly: 'flag', setRoleBindingSubjects: 'text' }),
  PatchJson6902Transformer: plugin({ target: SELECTOR, path: 'text', jsonOp: 'text' }),
  PatchStrategicMergeTransformer: plugin({ paths: TEXTS, patches: 'text' }),
  PatchTransformer: plugin({ path: 'text', patch: 'text', target: SELECTOR, options: { map: 'flag' } }),
  PrefixSuffixTransformer: plugin({ prefix: 'text', suffix: 'text', fieldSpecs: FIELD_SPECS }),
  PrefixTransformer: plugin({ prefix: 'text', fieldSpecs: FIELD_SPECS }),
  ReplacementTransformer: plugin({ replacements: { list: REPLACEMENT } }),
  ReplicaCountTransformer: plugin({ replica: REPLICA, fieldSpecs: FIELD_SPECS }),
  SecretGenerator: plugin({ ...GENERATOR_FIELDS, type: 'text' }),
  SortOrderTransformer: plugin({ sortOptions: SORT_OPTIONS }),
  SuffixTransformer: plugin({ suffix: 'text', fieldSpecs: FIELD_SPECS }),
  ValueAddTransformer: plugin({ value: 'text', targets: VALUE_TARGETS, targetFilePath: 'text' }),
} as const satisfies Readonly<Record<string, Shape>>;
