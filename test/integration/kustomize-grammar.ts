import fc from 'fast-check';
import { stringify } from 'yaml';
import { annotations, anything, file, image, labels, some, text } from './kustomize-objects.ts';
import type { Fields } from './kustomize-objects.ts';

/** A repository with a kustomization in `overlay`, by path. */
export type Project = Readonly<Record<string, string>>;

/** Objects with what the overlays above them may speak of. */
interface Known {
  readonly items: readonly Fields[];
}

function idOf(item: Fields): {
  readonly kind: string;
  readonly name: string;
  readonly apiVersion: string;
  readonly metadata: Fields;
} {
  const metadata = item['metadata'] as Fields;
  return {
    kind: String(item['kind']),
    name: String(metadata['name']),
    apiVersion: String(item['apiVersion']),
    metadata,
  };
}

const PATCH_BODIES = fc.oneof(
  labels.map((own) => ({ metadata: { labels: own } })),
  annotations.map((own) => ({ metadata: { annotations: own } })),
  fc.tuple(fc.constantFrom('main', 'side', 'new'), image).map(([own, to]) => ({
    spec: { template: { spec: { containers: [{ name: own, image: to, env: [{ name: 'B', value: 'patched' }] }] } } },
  })),
  fc.constantFrom('main', 'side').map((own) => ({
    spec: { template: { spec: { containers: [{ name: own, $patch: 'delete' }] } } },
  })),
  fc.constant({ spec: { template: { spec: { volumes: [{ name: 'extra', emptyDir: {} }], tolerations: null } } } }),
  fc.constant({
    spec: {
      template: {
        spec: { containers: [{ name: 'main', ports: [{ containerPort: 80, protocol: 'UDP', name: 'u' }] }] },
      },
    },
  }),
  fc.constant({ spec: { template: { $patch: 'replace', spec: { containers: [{ name: 'only' }] } } } }),
  anything.map((value) => ({ extra: value })),
  fc.constant({ data: { k: 'patched', gone: null } }),
  fc.constant({ metadata: { labels: { app: null }, annotations: { tier: null } } }),
);

const OPERATIONS = fc.oneof(
  text.map((value) => [{ op: 'add', path: '/metadata/annotations', value: { note: value } }]),
  fc.constant([{ op: 'add', path: '/metadata/labels', value: { patched: 'yes' } }]),
  anything.map((value) => [{ op: 'add', path: '/extra', value }]),
  fc.constant([{ op: 'replace', path: '/metadata/name', value: 'renamed' }]),
);

/** Operations as YAML or JSON, or as flow YAML that starts as JSON does and is refused. */
const OPERATION_TEXTS = fc
  .tuple(OPERATIONS, fc.constantFrom(...Array<'yaml'>(9).fill('yaml'), ...Array<'json'>(9).fill('json'), 'flow'))
  .map(([operations, form]) => {
    if (form === 'yaml') return stringify(operations);
    return form === 'json' ? JSON.stringify(operations) : `[{op: remove, path: /metadata/labels}]`;
  });

/** A patch that names its target itself. */
function strategicPatch({ items }: Known): fc.Arbitrary<string> {
  return fc.tuple(fc.constantFrom(...items.map(idOf)), PATCH_BODIES).map(([own, body]) => {
    const metadata = { ...('metadata' in body ? body.metadata : {}), name: own.name, ...namespaceOf(own.metadata) };
    return stringify({ ...body, apiVersion: own.apiVersion, kind: own.kind, metadata });
  });
}

function patches(known: Known): fc.Arbitrary<Fields> {
  const target = fc.constantFrom(...known.items.map(idOf));
  return fc.oneof(
    strategicPatch(known).map((patch) => ({ patch })),
    fc.tuple(target, PATCH_BODIES).map(([own, body]) => ({
      target: { kind: own.kind },
      patch: stringify({
        ...body,
        apiVersion: own.apiVersion,
        kind: own.kind,
        metadata: { ...('metadata' in body ? body.metadata : {}), name: 'any' },
      }),
    })),
    fc.tuple(target, OPERATION_TEXTS).map(([own, patch]) => ({ target: { kind: own.kind, name: own.name }, patch })),
    OPERATION_TEXTS.map((patch) => ({ target: { labelSelector: 'app' }, patch })),
  );
}

function namespaceOf(metadata: Fields): Fields {
  return metadata['namespace'] === undefined ? {} : { namespace: metadata['namespace'] };
}

function generator(layer: string): fc.Arbitrary<Fields> {
  return fc
    .record({
      name: fc.constantFrom(`${layer}-a`, `${layer}-b`),
      literals: fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'k'), text), {
        selector: ([own]) => own,
        minLength: 1,
        maxLength: 3,
      }),
      rest: some({
        namespace: fc.constantFrom('team'),
        options: some({ labels, annotations, disableNameSuffixHash: fc.boolean(), immutable: fc.boolean() }),
      }),
    })
    .map(({ literals, rest, ...own }) => ({ ...own, literals: literals.map(([k, v]) => `${k}=${v}`), ...rest }));
}

const FIELD_PATHS = fc.constantFrom(
  'metadata.name',
  'metadata.annotations.copied',
  'metadata.labels.app',
  'metadata.annotations.[a.b]',
  'metadata.annotations.a\\.b',
  'spec.deep.copied',
  'spec.template.spec.containers.[name=main].image',
  'spec.template.spec.containers.*.image',
  'spec.template.spec.containers.0.args.0',
  'spec.template.spec.containers.[name=new].image',
  'spec.template.metadata.labels',
  'data.k',
  'config',
);

const REPLACEMENT_OPTIONS = some({
  delimiter: fc.constantFrom('-', ':', '/', '.'),
  index: fc.constantFrom(0, 1, 2, -1),
  create: fc.boolean(),
});

function replacement({ items }: Known): fc.Arbitrary<Fields> {
  const target = fc.constantFrom(...items.map(idOf));
  const source = fc.record({ own: target, fieldPath: FIELD_PATHS, rest: some({ options: REPLACEMENT_OPTIONS }) });
  const to = fc.record({
    select: target.map(({ kind }) => ({ kind })),
    fieldPaths: fc.uniqueArray(FIELD_PATHS, { minLength: 1, maxLength: 2 }),
    rest: some({ options: REPLACEMENT_OPTIONS, reject: target.map(({ name }) => [{ name }]) }),
  });
  const copied = fc.tuple(target, target).map(([from, { kind }]) => ({
    source: { kind: from.kind, name: from.name, fieldPath: 'metadata.name' },
    targets: [
      { select: { kind }, fieldPaths: ['metadata.annotations.copied', 'spec.copied'], options: { create: true } },
    ],
  }));
  const any = fc.tuple(source, to).map(([from, { rest, ...own }]) => ({
    source: { kind: from.own.kind, name: from.own.name, fieldPath: from.fieldPath, ...from.rest },
    targets: [{ ...own, ...rest }],
  }));
  // Most of any fail, and what fails ends the build.
  return fc.oneof({ weight: 3, arbitrary: copied }, any);
}

function variable({ items }: Known): fc.Arbitrary<Fields> {
  const fieldpath = fc.constantFrom('metadata.name', 'metadata.name', 'metadata.namespace', 'spec.replicas');
  return fc.tuple(fc.constantFrom(...items.map(idOf)), fieldpath).map(([own, path]) => ({
    name: 'VAR',
    objref: { apiVersion: own.apiVersion, kind: own.kind, name: own.name },
    fieldref: { fieldpath: path },
  }));
}

function jsonPatch({ items }: Known): fc.Arbitrary<Fields> {
  return fc.tuple(fc.constantFrom(...items.map(idOf)), OPERATION_TEXTS).map(([own, patch]) => {
    const [group, version] = own.apiVersion.includes('/') ? own.apiVersion.split('/') : ['', own.apiVersion];
    const target = { group, version, kind: own.kind, name: own.name, ...namespaceOf(own.metadata) };
    return { target, patch };
  });
}

const WIDGET = { kind: 'Widget' };

/** What a file of `configurations` says. */
const configuration = some({
  nameReference: fc.constant([
    { kind: 'ConfigMap', version: 'v1', fieldSpecs: [{ ...WIDGET, path: 'config/name' }] },
    { kind: 'Deployment', fieldSpecs: [{ ...WIDGET, path: 'config' }] },
  ]),
  commonLabels: fc.constant([{ ...WIDGET, path: 'config/labels', create: true }]),
  commonAnnotations: fc.constant([{ ...WIDGET, path: 'notes', create: true }]),
  namePrefix: fc.constant([{ ...WIDGET, path: 'config/a' }]),
  namespace: fc.constant([{ ...WIDGET, path: 'place/namespace', create: true }]),
  images: fc.constant([{ ...WIDGET, path: 'config/x-y' }]),
  replicas: fc.constant([{ kind: 'Widget', path: 'size', create: true }]),
  varReference: fc.constant([{ ...WIDGET, path: 'config' }]),
});

const label = fc.record({
  pairs: labels,
  rest: some({
    includeSelectors: fc.boolean(),
    includeTemplates: fc.boolean(),
    fields: fc.constant([{ path: 'spec/labels', kind: 'Service', create: true }]),
  }),
});

const transformer = fc.oneof(
  labels.map((own) => ({
    kind: 'LabelTransformer',
    labels: own,
    fieldSpecs: [{ path: 'metadata/labels', create: true }],
  })),
  fc.constant({ kind: 'PrefixTransformer', prefix: 'pt-', fieldSpecs: [{ path: 'metadata/name' }] }),
  fc.constant({
    kind: 'AnnotationsTransformer',
    annotations: { at: 'x' },
    fieldSpecs: [{ path: 'metadata/annotations', create: true }],
  }),
  fc.constant({ kind: 'ImageTagTransformer', imageTag: { name: 'nginx', newTag: 'tagged' }, fieldSpecs: [] }),
  fc.boolean().map((unsetOnly) => ({
    kind: 'NamespaceTransformer',
    metadata: { name: 't', namespace: 'moved' },
    unsetOnly,
    fieldSpecs: [{ path: 'metadata/name', kind: 'Namespace', create: true }],
  })),
  fc.constantFrom('none', 'defaultOnly', 'allServiceAccounts').map((setRoleBindingSubjects) => ({
    kind: 'NamespaceTransformer',
    metadata: { name: 't', namespace: 'bound' },
    setRoleBindingSubjects,
  })),
  fc.constant({ kind: 'HashTransformer' }),
  fc.constant({
    kind: 'ValueAddTransformer',
    value: 'added',
    targets: [{ fieldPath: 'metadata/annotations/added' }],
  }),
  fc.constant({
    kind: 'ReplicaCountTransformer',
    replica: { name: 'app', count: 7 },
    fieldSpecs: [{ path: 'spec/replicas', kind: 'Deployment', create: true }],
  }),
);

function generators(layer: string): fc.Arbitrary<readonly Fields[]> {
  return fc.uniqueArray(generator(layer), { selector: (own) => own['name'], minLength: 1, maxLength: 2 });
}

/** Up to four of the fields. */
function few(fields: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<Fields> {
  return fc
    .subarray(Object.keys(fields), { maxLength: 4 })
    .chain((keys) => fc.record(Object.fromEntries(keys.map((key) => [key, fields[key] ?? fc.constant(undefined)]))));
}

function kustomization(known: Known, layer: string): fc.Arbitrary<Fields> {
  return few({
    namespace: fc.constantFrom('team', 'prod'),
    namePrefix: fc.constantFrom('pre-', 'p'),
    nameSuffix: fc.constantFrom('-post', '-1'),
    labels: fc.array(
      label.map(({ pairs, rest }) => ({ pairs, ...rest })),
      { minLength: 1, maxLength: 2 },
    ),
    commonLabels: labels,
    commonAnnotations: annotations,
    images: fc.array(
      fc
        .record({
          name: fc.constantFrom('nginx', 'app', 'reg.example.com:5000/team/app'),
          rest: some({
            newName: fc.constantFrom('mirror/x', 'nginx'),
            newTag: fc.constantFrom('v2', '1.10'),
            digest: fc.constant('sha256:0123'),
            tagSuffix: fc.constant('-dev'),
          }),
        })
        .map(({ rest, ...own }) => ({ ...own, ...rest })),
      { maxLength: 2 },
    ),
    replicas: fc.constantFrom(...replicable(known)).map((own) => (own === '' ? [] : [{ name: own, count: 5 }])),
    patches: fc.array(patches(known), { minLength: 1, maxLength: 3 }),
    patchesJson6902: fc.array(jsonPatch(known), { minLength: 1, maxLength: 1 }),
    patchesStrategicMerge: fc.array(strategicPatch(known), { minLength: 1, maxLength: 2 }),
    configMapGenerator: generators(layer),
    secretGenerator: generators(layer),
    generatorOptions: some({ labels, annotations, disableNameSuffixHash: fc.boolean() }),
    replacements: fc.array(replacement(known), { minLength: 1, maxLength: 1 }),
    vars: fc.array(variable(known), { minLength: 1, maxLength: 1 }),
    transformers: fc.array(
      transformer.map((own) => stringify({ apiVersion: 'builtin', metadata: { name: 't' }, ...own })),
      { minLength: 1, maxLength: 1 },
    ),
    buildMetadata: fc.subarray(['originAnnotations', 'transformerAnnotations', 'managedByLabel']),
    sortOptions: fc.constantFrom<Fields>(
      { order: 'fifo' },
      { order: 'legacy' },
      { order: 'legacy', legacySortOptions: { orderFirst: ['Widget', 'Service'], orderLast: ['Namespace'] } },
    ),
  });
}

function replicable({ items }: Known): readonly string[] {
  const found = items.map(idOf).filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet');
  return found.length === 0 ? [''] : found.map((own) => own.name);
}

const VERSION = 'kustomize.config.k8s.io/v1beta1';

/** Kustomizations are read by YAML 1.1, which has more words that need quotes. */
function print(kind: string, fields: Fields): string {
  const apiVersion = kind === 'Component' ? 'kustomize.config.k8s.io/v1alpha1' : VERSION;
  return stringify({ apiVersion, kind, ...fields }, { version: '1.1', aliasDuplicateObjects: false });
}

/** Builds of a base, perhaps a component, and an overlay. */
export const projects: fc.Arbitrary<Project> = fc
  .tuple(file, file, fc.boolean())
  .chain(([base, own, withOwn]) => {
    const known = { items: base.items };
    const own2 = renamed(own.items);
    return fc.record({
      base: fc.constant(base.text),
      own: fc.constant(withOwn ? own2.map((item) => stringify(item)).join('---\n') : undefined),
      below: kustomization(known, 'base'),
      component: fc.option(kustomization(known, 'part'), { freq: 2 }),
      above: kustomization({ items: [...base.items, ...(withOwn ? own2 : [])] }, 'over'),
      config: fc.option(configuration, { freq: 3 }),
    });
  })
  .map(({ base, own, below, component, above, config }) => ({
    'base/objects.yaml': base,
    'base/kustomization.yaml': print('Kustomization', { resources: ['objects.yaml'], ...without(below, ['vars']) }),
    ...(component === null
      ? {}
      : {
          'component/kustomization.yaml': print('Component', {
            ...without(component, ['vars']),
            commonAnnotations: { part: 'x' },
          }),
        }),
    ...(own === undefined ? {} : { 'overlay/own.yaml': own }),
    'overlay/kustomization.yaml': print('Kustomization', {
      resources: ['../base', ...(own === undefined ? [] : ['own.yaml'])],
      ...(component === null ? {} : { components: ['../component'] }),
      ...(config === null ? {} : { configurations: ['config.yaml'] }),
      ...above,
    }),
    ...(config === null ? {} : { 'overlay/config.yaml': stringify(config) }),
  }));

function renamed(items: readonly Fields[]): readonly Fields[] {
  return items.map((item) => {
    const metadata = item['metadata'] as Fields;
    return { ...item, metadata: { ...metadata, name: `own-${String(metadata['name'])}` } };
  });
}

function without(fields: Fields, keys: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([key]) => !keys.includes(key)));
}
