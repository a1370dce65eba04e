import { describe, expect, it } from 'vitest';
import { KustomizeError, build } from '../index.ts';

const SERVICE = 'apiVersion: v1\nkind: Service\nmetadata: {name: web}\n';

async function buildWith(kustomization: string, files: Readonly<Record<string, string>> = {}): Promise<string> {
  const source = new Map(Object.entries({ 'service.yaml': SERVICE, 'kustomization.yaml': kustomization, ...files }));
  return (await build(source, '.')).yaml;
}

async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return error instanceof KustomizeError ? error.code : 'another error';
  }
}

function plugin(kind: string, fields: string): string {
  return `apiVersion: builtin\nkind: ${kind}\nmetadata: {name: it, namespace: there}\n${fields}`;
}

describe('transformers in files', () => {
  it.each([
    {
      kind: 'LabelTransformer',
      fields: 'labels: {a: b}\nfieldSpecs: [{path: metadata/labels, create: true}]\n',
      result: 'labels:\n    a: b',
    },
    {
      kind: 'AnnotationsTransformer',
      fields: 'annotations: {a: 1}\nfieldSpecs: [{path: metadata/annotations, create: true}]\n',
      result: 'annotations:\n    a: "1"',
    },
    { kind: 'NamespaceTransformer', fields: '', result: 'namespace: there' },
    {
      kind: 'PrefixSuffixTransformer',
      fields: 'prefix: p-\nsuffix: -s\nfieldSpecs: [{path: metadata/name}]\n',
      result: 'name: p-web-s',
    },
    {
      kind: 'PatchTransformer',
      fields: 'target: {kind: Service}\npatch: "- {op: add, path: /x, value: yes}"\n',
      result: 'x: true',
    },
    {
      kind: 'ValueAddTransformer',
      fields: 'value: added\ntargets: [{fieldPath: spec/path, filePathPosition: 1}]\n',
      result: 'path: added',
    },
    {
      kind: 'ReplacementTransformer',
      fields:
        'replacements: [{source: {kind: Service}, targets: [{select: {kind: Service}, fieldPaths: [spec.of], options: {create: true}}]}]\n',
      result: 'of: web',
    },
  ])('runs the $kind', async ({ kind, fields, result }) => {
    const yaml = await buildWith('resources: [service.yaml]\ntransformers: [it.yaml]\n', {
      'it.yaml': plugin(kind, fields),
    });

    expect(yaml).toContain(result);
  });

  it('takes them in place, and from a kustomization that builds them', async () => {
    const inline = plugin('PrefixTransformer', 'prefix: p-\nfieldSpecs: [{path: metadata/name}]\n').replaceAll(
      '\n',
      '\n  ',
    );
    const yaml = await buildWith(`resources: [service.yaml]\ntransformers:\n- |-\n  ${inline}\n- folder\n`, {
      'folder/kustomization.yaml': 'resources: [it.yaml]\n',
      'folder/it.yaml': plugin('SuffixTransformer', 'suffix: -s\nfieldSpecs: [{path: metadata/name}]\n'),
    });

    expect(yaml).toContain('name: p-web-s');
  });

  it.each([
    { reason: 'a program', config: 'apiVersion: example.com/v1\nkind: Mine\nmetadata: {name: it}\n', code: 'REFUSED' },
    { reason: 'Helm', config: plugin('HelmChartInflationGenerator', ''), code: 'REFUSED' },
    { reason: 'an unknown plugin', config: plugin('NoTransformer', ''), code: 'INVALID_KUSTOMIZATION' },
    { reason: 'a generator', config: plugin('ConfigMapGenerator', ''), code: 'INVALID_KUSTOMIZATION' },
    {
      reason: 'a field of the wrong type',
      config: plugin('PrefixTransformer', 'prefix: [a]\n'),
      code: 'INVALID_KUSTOMIZATION',
    },
    {
      reason: 'an unknown mode',
      config: plugin('NamespaceTransformer', 'setRoleBindingSubjects: some\n'),
      code: 'INVALID_KUSTOMIZATION',
    },
  ])('refuses $reason', async ({ config, code }) => {
    const built = buildWith('resources: [service.yaml]\ntransformers: [it.yaml]\n', { 'it.yaml': config });

    expect(await codeOf(built)).toBe(code);
  });
});

describe('generators in files', () => {
  it('names the object after the file that describes it', async () => {
    const yaml = await buildWith('generators: [it.yaml]\n', {
      'it.yaml': plugin('ConfigMapGenerator', 'literals: [a=b]\n'),
    });

    expect(yaml).toMatch(/name: it-[a-z0-9]{10}\n {2}namespace: there\n/);
  });

  it('makes a service account that acts as one of the cloud', async () => {
    const fields = 'cloud: gke\nkubernetesService: {name: k}\nserviceAccount: {name: g, projectId: p}\n';
    const yaml = await buildWith('generators: [it.yaml]\n', { 'it.yaml': plugin('IAMPolicyGenerator', fields) });

    expect(yaml).toContain('iam.gke.io/gcp-service-account: g@p.iam.gserviceaccount.com');
  });
});

describe('validators', () => {
  it('accepts one that changes nothing', async () => {
    const config = plugin(
      'LabelTransformer',
      'labels: {validated-by: it}\nfieldSpecs: [{path: metadata/labels, create: true}]\n',
    );

    expect(await buildWith('resources: [service.yaml]\nvalidators: [it.yaml]\n', { 'it.yaml': config })).toContain(
      'validated-by',
    );
  });

  it('refuses one that changes an object', async () => {
    const config = plugin('LabelTransformer', 'labels: {a: b}\nfieldSpecs: [{path: metadata/labels, create: true}]\n');

    expect(await codeOf(buildWith('resources: [service.yaml]\nvalidators: [it.yaml]\n', { 'it.yaml': config }))).toBe(
      'INVALID_KUSTOMIZATION',
    );
  });
});
