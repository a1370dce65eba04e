import { describe, expect, it } from 'vitest';
import { readTemplate, templateDirectory } from '../../src/cli/wire/template.ts';
import { getPath } from '../../src/kube/index.ts';
import type { KubeObject } from '../../src/kube/index.ts';
import { build } from '../../src/kustomize/index.ts';

const template = await readTemplate(templateDirectory('stoa-envs'), {
  repository: 'https://git.example.com/envs.git',
  registry: 'registry.example.com',
});

/** Production with a component switched on, or with none, by kind and name. */
async function production(component?: string): Promise<ReadonlyMap<string, KubeObject>> {
  const components = component === undefined ? '' : `components: [../components/${component}]\n`;
  const files = new Map([...template, ['check/kustomization.yaml', `resources: [../envs/prod]\n${components}`]]);
  const { objects, sources } = await build(files, 'check');
  return new Map(objects.map((object, i) => [`${object.kind}/${sources[i]?.name ?? ''}`, object]));
}

const WORKLOADS = ['Deployment/stoa-gateway', 'Deployment/stoa-control-plane'];
const SETTINGS = ['ConfigMap/stoa-gateway-config', 'ConfigMap/stoa-control-plane-config'];
const POD = ['spec', 'template'] as const;

const COMPONENTS = [
  {
    component: 'vault-injection',
    adds: ['NetworkPolicy/vault-agent'],
    changes: WORKLOADS,
    mark: [...POD, 'metadata', 'annotations', 'vault.hashicorp.com/agent-inject'],
  },
  {
    component: 'istio-sidecar',
    adds: ['NetworkPolicy/istio-sidecar'],
    changes: WORKLOADS,
    mark: [...POD, 'metadata', 'labels', 'sidecar.istio.io/inject'],
  },
  {
    component: 'debug-mode',
    adds: [],
    changes: [...WORKLOADS, ...SETTINGS],
    mark: [...POD, 'spec', 'containers', 0, 'env', 1, 'value'],
  },
];

describe('components of the template of environments', () => {
  it.each(COMPONENTS)('$component changes the workloads it is for, and nothing else', async (expected) => {
    const off = await production();
    const on = await production(expected.component);

    expect([...on.keys()].filter((key) => !off.has(key))).toEqual(expected.adds);
    expect([...off.keys()].filter((key) => !on.has(key))).toEqual([]);
    const changed = [...off].filter(([key, object]) => JSON.stringify(on.get(key)) !== JSON.stringify(object));
    expect(changed.map(([key]) => key).sort()).toEqual([...expected.changes].sort());
    for (const workload of WORKLOADS) {
      expect(getPath(on.get(workload), ...expected.mark)).toBe('true');
      expect(getPath(off.get(workload), ...expected.mark)).toBeUndefined();
    }
  });

  it('are each tested', () => {
    const folders = [...template.keys()].flatMap((path) => /^components\/([^/]+)\/kustomization/.exec(path)?.[1] ?? []);

    expect(folders.sort()).toEqual(COMPONENTS.map(({ component }) => component).sort());
  });

  it('can be on together', async () => {
    const list = COMPONENTS.map(({ component }) => `../components/${component}`).join(', ');
    const files = new Map([
      ...template,
      ['check/kustomization.yaml', `resources: [../envs/prod]\ncomponents: [${list}]\n`],
    ]);
    const { objects } = await build(files, 'check');

    const gateway = objects.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'stoa-gateway');
    expect(Object.keys(getPath(gateway, ...POD, 'metadata', 'annotations') ?? {})).toHaveLength(7);
  });
});

describe('environments of the template', () => {
  it.each(['dev', 'staging', 'prod'])('%s runs every image by digest', async (environment) => {
    const { objects } = await build(template, `envs/${environment}`);
    const images = objects.flatMap((object) => {
      const image = getPath(object, ...POD, 'spec', 'containers', 0, 'image');
      return typeof image === 'string' ? [image] : [];
    });

    expect(images).toHaveLength(2);
    for (const image of images) expect(image).toMatch(/@sha256:[0-9a-f]{64}$/);
  });
});
