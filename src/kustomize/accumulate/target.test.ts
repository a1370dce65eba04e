import { describe, expect, it } from 'vitest';
import { KustomizeError, build } from '../index.ts';

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
spec:
  template:
    spec:
      containers:
      - name: main
        image: example.com/app
        args: [$(PORT), 'at $(PORT)', $$(PORT), $(OTHER)]
`;
const SERVICE = 'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n';

async function print(files: Readonly<Record<string, string>>, folder = '.'): Promise<string> {
  return (await build(new Map(Object.entries(files)), folder, { reorder: 'none' })).yaml;
}

async function codeOf(files: Readonly<Record<string, string>>): Promise<string | undefined> {
  return print(files).then(
    () => undefined,
    (error: unknown) => (error instanceof KustomizeError ? error.code : 'another error'),
  );
}

describe('vars', () => {
  const VARIABLE =
    'vars: [{name: PORT, objref: {kind: Service, name: web, apiVersion: v1}, fieldref: {fieldpath: "spec.ports[0].port"}}]\n';

  it('stand for a field of an object, which keeps its type where nothing is beside it', async () => {
    const yaml = await print({
      'all.yaml': `${DEPLOYMENT}---\n${SERVICE}`,
      'kustomization.yaml': `resources: [all.yaml]\nnamePrefix: p-\n${VARIABLE}`,
    });

    expect(yaml).toContain('- args:\n        - 80\n        - at 80\n        - $(PORT)\n        - $(OTHER)\n');
  });

  it.each([
    { reason: 'no object is meant', all: DEPLOYMENT },
    { reason: 'the field is missing', all: `${DEPLOYMENT}---\n${SERVICE.replace('port: 80', 'targetPort: 80')}` },
    {
      reason: 'two objects could be meant',
      all: `${SERVICE}---\n${SERVICE.replace('name: web', 'name: web, namespace: other')}`,
    },
  ])('are refused when $reason', async ({ all }) => {
    expect(await codeOf({ 'all.yaml': all, 'kustomization.yaml': `resources: [all.yaml]\n${VARIABLE}` })).toBe(
      'INVALID_VARIABLE',
    );
  });
});

describe('configurations and crds', () => {
  it('of unknown fields are refused', async () => {
    const files = { 'kustomization.yaml': 'configurations: [c.yaml]\nnamePrefix: p-\n', 'c.yaml': 'nothing: []\n' };

    expect(await codeOf(files)).toBe('INVALID_KUSTOMIZATION');
  });

  const WIDGET =
    'apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec: {ref: {name: web}, image: example.com/app}\n';

  it('add fields that name objects and images', async () => {
    const yaml = await print({
      'all.yaml': `${WIDGET}---\n${SERVICE}`,
      'fields.yaml':
        'nameReference: [{kind: Service, version: v1, fieldSpecs: [{path: spec/ref/name, kind: Widget}]}]\nimages: [{path: spec/image}]\n',
      'kustomization.yaml':
        'resources: [all.yaml]\nnamePrefix: p-\nconfigurations: [fields.yaml]\nimages: [{name: example.com/app, newTag: "2"}]\n',
    });

    expect(yaml).toContain('image: example.com/app:2\n  ref:\n    name: p-web\n');
  });

  it('narrow a default to the kinds they name', async () => {
    const yaml = await print({
      'all.yaml': `${WIDGET}---\n${SERVICE}`,
      'fields.yaml': 'namePrefix: [{path: metadata/name, kind: Widget}]\n',
      'kustomization.yaml': 'resources: [all.yaml]\nnamePrefix: p-\nconfigurations: [fields.yaml]\n',
    });

    expect(yaml).toContain('name: p-w\n');
    expect(yaml).toContain('name: web\n');
  });

  it('read references off the definitions of custom kinds', async () => {
    const definitions = {
      'com.example.v1.Widget': {
        Schema: { properties: { apiVersion: {}, kind: {}, metadata: {}, spec: { $ref: 'com.example.v1.Spec' } } },
      },
      'com.example.v1.Spec': {
        Schema: {
          properties: {
            ref: { 'x-kubernetes-object-ref-api-version': 'v1', 'x-kubernetes-object-ref-kind': 'Service' },
            again: { $ref: 'com.example.v1.Spec' },
          },
        },
      },
    };
    const yaml = await print({
      'all.yaml': `${WIDGET}---\n${SERVICE}`,
      'crd.json': JSON.stringify(definitions),
      'kustomization.yaml': 'resources: [all.yaml]\nnamePrefix: p-\ncrds: [crd.json]\n',
    });

    expect(yaml).toContain('ref:\n    name: p-web\n');
  });
});

describe('buildMetadata', () => {
  it('tells where objects come from and what changed them', async () => {
    const yaml = await print(
      {
        'base/service.yaml': SERVICE,
        'base/kustomization.yaml': 'resources: [service.yaml]\nnamePrefix: p-\n',
        'over/kustomization.yaml':
          'resources: [../base]\nconfigMapGenerator: [{name: c}]\nbuildMetadata: [originAnnotations, transformerAnnotations, managedByLabel]\n',
      },
      'over',
    );

    expect(yaml).toContain('config.kubernetes.io/origin: |\n      path: ../base/service.yaml\n');
    expect(yaml).toContain(
      'alpha.config.kubernetes.io/transformations: |\n      - configuredIn: ../base/kustomization.yaml\n        configuredBy:\n          apiVersion: builtin\n          kind: PrefixTransformer\n',
    );
    expect(yaml).toContain(
      'configuredIn: kustomization.yaml\n      configuredBy:\n        apiVersion: builtin\n        kind: ConfigMapGenerator\n',
    );
    expect(yaml).toContain('app.kubernetes.io/managed-by: kustomize-');
  });
});

describe('sortOptions', () => {
  it('put kinds where they say', async () => {
    const yaml = await print({
      'all.yaml': `${SERVICE}---\n${DEPLOYMENT}`,
      'kustomization.yaml':
        'resources: [all.yaml]\nsortOptions: {order: legacy, legacySortOptions: {orderFirst: [Deployment], orderLast: [Service]}}\n',
    });

    expect(yaml.indexOf('kind: Deployment')).toBeLessThan(yaml.indexOf('kind: Service'));
  });

  it('are refused when they contradict themselves', async () => {
    const kustomization = 'resources: [all.yaml]\nsortOptions: {order: fifo, legacySortOptions: {}}\n';

    expect(await codeOf({ 'all.yaml': SERVICE, 'kustomization.yaml': kustomization })).toBe('INVALID_KUSTOMIZATION');
  });
});

describe('labels that one transformer adds', () => {
  it('are one text to upstream: a patch of one changes all', async () => {
    const yaml = await print(
      {
        'base/app.yaml': DEPLOYMENT,
        'base/kustomization.yaml': 'resources: [app.yaml]\ncommonLabels: {tier: a}\n',
        'over/kustomization.yaml':
          'resources: [../base]\npatches: [{patch: "{apiVersion: apps/v1, kind: Deployment, metadata: {name: app, labels: {tier: b}}}"}]\n',
      },
      'over',
    );

    expect(yaml.match(/tier: b/g)).toHaveLength(3);
    expect(yaml).not.toContain('tier: a');
  });

  it('stay one text when the object is renamed', async () => {
    const yaml = await print(
      {
        'base/app.yaml': DEPLOYMENT,
        'base/kustomization.yaml': 'resources: [app.yaml]\ncommonAnnotations: {tier: a}\n',
        'mid/kustomization.yaml': 'resources: [../base]\nnamePrefix: x-\n',
        'over/kustomization.yaml':
          'resources: [../mid]\npatches: [{patch: "{apiVersion: apps/v1, kind: Deployment, metadata: {name: app, annotations: {tier: b}}}"}]\n',
      },
      'over',
    );

    expect(yaml.match(/tier: b/g)).toHaveLength(2);
    expect(yaml).not.toContain('tier: a');
  });
});

describe('name references', () => {
  const BINDING =
    'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: c}\nsubjects: [{kind: ServiceAccount, name: sa, namespace: team}]\n';
  const FILES = {
    'all.yaml': `${BINDING}---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: sa}\n`,
    'kustomization.yaml': 'resources: [all.yaml]\nnameSuffix: "-1"\nnamespace: team\n',
  };

  it('find an account by the namespace that it is in now', async () => {
    expect(await print(FILES)).toContain('- kind: ServiceAccount\n  name: sa-1\n  namespace: team\n');
  });

  it('go by the first namespaces as soon as anything was in the one that is meant', async () => {
    const generator = 'configMapGenerator: [{name: x, namespace: team, literals: [a=b]}]\n';
    const yaml = await print({ ...FILES, 'kustomization.yaml': FILES['kustomization.yaml'] + generator });

    expect(yaml).toContain('- kind: ServiceAccount\n  name: sa\n  namespace: team\n');
  });
});

describe('images', () => {
  it('make a list of containers that is null empty', async () => {
    const yaml = await print({
      'all.yaml': 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {initContainers: null}\n',
      'kustomization.yaml': 'resources: [all.yaml]\nimages: [{name: a, newTag: b}]\n',
    });

    expect(yaml).toContain('initContainers: []\n');
  });
});

describe('annotations', () => {
  it('that upstream keeps its own notes in are left out', async () => {
    const annotations = '{config.kubernetes.io/index: "1", config.kubernetes.io/origin: x, kept: "yes"}';
    const yaml = await print({
      'all.yaml': `apiVersion: v1\nkind: Pod\nmetadata: {name: p, annotations: ${annotations}}\n`,
      'kustomization.yaml': 'resources: [all.yaml]\n',
    });

    expect(yaml).toContain('  annotations:\n    kept: "yes"\n  name: p\n');
  });
});

describe('patches in place', () => {
  const OPERATION = '    - op: add\n      path: /data\n      value:\n        a: |+\n          b\n\n';
  const target = '{version: v1, kind: ConfigMap, name: c}';

  it.each([
    { field: 'patches', reason: 'lose the white space at their end', expected: '  a: b\n' },
    { field: 'patchesJson6902', reason: 'keep it', expected: '  a: |+\n    b\n\n' },
  ])('of $field $reason', async ({ field, expected }) => {
    const yaml = await print({
      'all.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n',
      'kustomization.yaml': `resources: [all.yaml]\n${field}:\n- target: ${target}\n  patch: |+\n${OPERATION}`,
    });

    expect(yaml).toContain(expected);
  });
});

describe('a field that configurations name', () => {
  const FIELDS = [
    { field: 'namePrefix', line: 'namePrefix: p-\n' },
    { field: 'images', line: 'images: [{name: x, newTag: t}]\n' },
    { field: 'replicas', line: 'replicas: [{name: w, count: 3}]\n' },
    { field: 'commonLabels', line: 'commonLabels: {l: m}\n' },
  ];

  function widget(field: string, line: string, value: string): Readonly<Record<string, string>> {
    return {
      'all.yaml': `apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec: {f: ${value}}\n`,
      'kustomization.yaml': `resources: [all.yaml]\nconfigurations: [c.yaml]\n${line}`,
      'c.yaml': `${field}: [{kind: Widget, path: spec/f}]\n`,
    };
  }

  it.each(FIELDS)('for $field and holds a list is refused', async ({ field, line }) => {
    expect(await codeOf(widget(field, line, '[]'))).toBe('INVALID_RESOURCE');
  });

  it.each([
    { value: '1', expected: 'f: 3\n' },
    { value: '"1"', expected: 'f: "3"\n' },
  ])('keeps the quotes of $value when replicas are set', async ({ value, expected }) => {
    expect(await print(widget('replicas', 'replicas: [{name: w, count: 3}]\n', value))).toContain(expected);
  });

  it('stays null where nothing is to be made', async () => {
    expect(await print(widget('commonLabels', 'commonLabels: {l: m}\n', 'null'))).toContain('f: null\n');
  });
});
