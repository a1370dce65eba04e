import { describe, expect, it } from 'vitest';
import type { ApplicationSet, Generator } from './application-set.ts';
import { applyTemplatePatch, generateApplications } from './application-template.ts';
import type { GeneratorContext } from './generators/generate.ts';

function setOf(generators: readonly Generator[], rest: Partial<ApplicationSet['spec']> = {}): ApplicationSet {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: { name: 'tenants', namespace: 'argocd' },
    spec: {
      generators,
      goTemplate: true,
      goTemplateOptions: ['missingkey=error'],
      template: {
        metadata: { name: '{{ .name }}' },
        spec: { project: 'tenants', source: { path: 'apps/{{ .name }}' } },
      },
      ...rest,
    },
  };
}

function contextOf(set: ApplicationSet, files: Readonly<Record<string, string>> = {}): GeneratorContext {
  return {
    spec: set.spec,
    forgePolicy: { enabled: false, allowedApis: [] },
    signal: new AbortController().signal,
    sources: {
      git: {
        directories: () => Promise.reject(new Error('repository is gone')),
        files: () => Promise.resolve(new Map(Object.entries(files))),
      },
    },
  };
}

const list = (...names: readonly string[]): Generator => ({ list: { elements: names.map((name) => ({ name })) } });
const git: Generator = { git: { repoURL: 'https://git.example.com/envs', files: [{ path: 'tenants/*.yaml' }] } };

describe(generateApplications, () => {
  it('gives an Application of the namespace of its set, which takes its resources with it', async () => {
    const set = setOf([list('a')]);

    const { applications, error } = await generateApplications(set, contextOf(set));

    expect(error).toBeUndefined();
    expect(applications).toMatchObject([
      {
        kind: 'Application',
        metadata: { name: 'a', namespace: 'argocd', finalizers: ['resources-finalizer.argocd.argoproj.io'] },
        spec: { source: { path: 'apps/a' } },
      },
    ]);
  });

  it('reports a generator that fails beside the Applications of the others', async () => {
    const directories: Generator = { git: { repoURL: 'https://git.example.com/envs', directories: [{ path: '*' }] } };
    const set = setOf([directories, list('a')]);

    const { applications, error } = await generateApplications(set, contextOf(set));

    expect(applications).toHaveLength(1);
    expect(error).toEqual({
      reason: 'ApplicationGenerationFromParamsError',
      message: 'error generating params from git: error getting directories from repo: repository is gone',
    });
  });

  it('stops only the tenant whose file lacks what the template needs', async () => {
    const set = setOf([git]);
    const files = { 'tenants/a.yaml': 'name: a', 'tenants/b.yaml': 'title: b' };

    const { applications, error } = await generateApplications(set, contextOf(set, files));

    expect(applications.map(({ metadata }) => metadata.name)).toEqual(['a']);
    expect(error?.reason).toBe('RenderTemplateParamsError');
    expect(error?.message).toContain('map has no entry for key "name"');
  });

  it('refuses a plugin', async () => {
    const set = setOf([{ plugin: {} }]);

    expect((await generateApplications(set, contextOf(set))).error?.message).toContain('plugins are not supported');
  });

  it('does not let a patch that a tenant fills in choose project, name or namespace', async () => {
    const patch = 'metadata: {name: other, namespace: kube-system}\nspec: {project: "{{ .name }}", syncPolicy: {}}';
    const set = setOf([list('a')], { templatePatch: patch });

    const { applications } = await generateApplications(set, contextOf(set));

    expect(applications).toMatchObject([
      { metadata: { name: 'a', namespace: 'argocd' }, spec: { project: 'tenants', syncPolicy: {} } },
    ]);
  });
});

describe(applyTemplatePatch, () => {
  it('refuses a patch that is not an object', () => {
    const application = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'a' } };

    expect(() => applyTemplatePatch(application, '- a')).toThrow('the patch is not an object');
  });
});
