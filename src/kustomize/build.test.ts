import { describe, expect, it } from 'vitest';
import { build } from './index.ts';

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
spec:
  template:
    spec:
      containers:
      - name: app
        image: example.com/app:1.0
        envFrom:
        - configMapRef: {name: settings}
`;

function files(entries: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(entries));
}

describe(build, () => {
  it('builds an overlay on a base, and says what it read', async () => {
    const { yaml, objects, closure } = await build(
      files({
        'base/kustomization.yaml': 'resources: [app.yaml]\nconfigMapGenerator: [{name: settings, literals: [a=1]}]\n',
        'base/app.yaml': DEPLOYMENT,
        'dev/kustomization.yaml': `resources: [../base]
namespace: dev
namePrefix: my-
images: [{name: example.com/app, newTag: "2.0"}]
patches: [{path: patch.yaml, target: {kind: Deployment}}]
`,
        'dev/patch.yaml': '[{"op": "add", "path": "/spec/replicas", "value": 3}]',
        'unread.yaml': '',
      }),
      'dev',
    );

    expect(objects.map(({ kind, metadata }) => [kind, metadata.namespace])).toEqual([
      ['ConfigMap', 'dev'],
      ['Deployment', 'dev'],
    ]);
    const [settings] = objects;
    expect(settings?.metadata.name).toMatch(/^my-settings-[a-z0-9]{10}$/);
    expect(yaml).toContain(`name: ${settings?.metadata.name ?? ''}\n        image: example.com/app:2.0`);
    expect(yaml).toContain('replicas: 3');
    expect([...closure.keys()].sort()).toEqual([
      'base/app.yaml',
      'base/kustomization.yaml',
      'dev/kustomization.yaml',
      'dev/patch.yaml',
    ]);
  });

  it.each([
    { reason: 'an unknown field', text: 'resource: []', code: 'INVALID_KUSTOMIZATION' },
    { reason: 'a file that is not there', text: 'resources: [none.yaml]', code: 'NOT_FOUND' },
    { reason: 'a chart', text: 'helmCharts: [{name: x}]', code: 'REFUSED' },
    { reason: 'a remote base', text: 'resources: [github.com/a/b?ref=v1]', code: 'REFUSED' },
    { reason: 'a path out of the repository', text: 'resources: [../../etc]', code: 'OUTSIDE_ROOT' },
    { reason: 'itself as a base', text: 'resources: [.]', code: 'CYCLE' },
    { reason: 'malformed YAML', text: 'a: [', code: 'INVALID_YAML' },
  ])('refuses $reason, naming the file', async ({ text, code }) => {
    await expect(build(files({ 'app/kustomization.yaml': text }), 'app')).rejects.toMatchObject({
      name: 'KustomizeError',
      code,
      file: expect.stringContaining('app') as string,
    });
  });

  it.each([
    { buildMetadata: '[managedByLabel]', date: '2024-01-02' },
    { buildMetadata: '[]', date: '2024-01-02T00:00:00Z' },
  ])('writes annotations anew after a transformer where it notes origins: $buildMetadata', async (given) => {
    const { objects } = await build(
      files({
        'app/kustomization.yaml': `resources: [widget.yaml]
buildMetadata: ${given.buildMetadata}
patchesStrategicMerge: ['{apiVersion: example.com/v1, kind: Widget, metadata: {name: a}, more: 1}']
patchesJson6902: [{target: {kind: Widget, name: a}, patch: '[{"op": "add", "path": "/extra", "value": 0}]'}]
`,
        'app/widget.yaml':
          'apiVersion: example.com/v1\nkind: Widget\nmetadata:\n  name: a\n  annotations: {day: 2024-01-02}\n',
      }),
      'app',
    );

    expect(objects[0]?.metadata.annotations).toEqual({ day: given.date });
  });

  it.each([
    { entry: 'patches with a target', field: 'patches: [{path: patch.yaml, target: {kind: Widget}}]', isText: true },
    { entry: 'patchesStrategicMerge', field: 'patchesStrategicMerge: [patch.yaml]', isText: true },
    { entry: 'patches without a target', field: 'patches: [{path: patch.yaml}]', isText: false },
  ])('makes labels and annotations of $entry texts: $isText', async ({ field, isText }) => {
    const { yaml } = await build(
      files({
        'base/kustomization.yaml': `resources: [widget.yaml]\n${field}\n`,
        'base/widget.yaml':
          'apiVersion: example.com/v1\nkind: Widget\nmetadata:\n  name: a\n  annotations: {gone: "1"}\n',
        'base/patch.yaml':
          'apiVersion: example.com/v1\nkind: Widget\nmetadata:\n  name: a\n  annotations: {gone: null, day: 2024-01-02}\n  labels: {one: 1.0}\n',
        'app/kustomization.yaml':
          'resources: [../base]\npatches: [{target: {kind: Widget}, patch: "- {op: add, path: /extra, value: 0}"}]\n',
      }),
      'app',
    );

    const texts = '  annotations:\n    day: "2024-01-02"\n    gone: "null"\n  labels:\n    one: "1.0"\n';
    const values = '  annotations:\n    day: "2024-01-02T00:00:00Z"\n  labels:\n    one: 1\n';
    expect(yaml).toContain(isText ? texts : values);
  });

  it('keeps a null that a JSON patch adds when another patch comes after it', async () => {
    const { yaml } = await build(
      files({
        'app/kustomization.yaml': `resources: [widget.yaml]
patches:
- {target: {kind: Widget}, patch: '[{"op": "add", "path": "/extra", "value": null}]'}
- {patch: '{apiVersion: example.com/v1, kind: Widget, metadata: {name: a}, more: 1}'}
`,
        'app/widget.yaml': 'apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a}\n',
      }),
      'app',
    );

    expect(yaml).toContain('extra: null\nkind: Widget\n');
    expect(yaml).toContain('more: 1\n');
  });
});
