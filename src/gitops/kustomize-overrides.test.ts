import { describe, expect, it } from 'vitest';
import type { KustomizeSource } from './application.ts';
import { OverriddenFiles, parseImage } from './kustomize-overrides.ts';

describe('parseImage', () => {
  it.each([
    { text: 'web:2', image: { name: 'web', newTag: '2' } },
    { text: 'web=registry:5000/team/web', image: { name: 'web', newName: 'registry:5000/team/web' } },
    { text: 'web=registry:5000/team/web:2', image: { name: 'web', newName: 'registry:5000/team/web', newTag: '2' } },
    { text: 'web@sha256:abc', image: { name: 'web', digest: 'sha256:abc' } },
    { text: 'web=other@sha256:abc', image: { name: 'web', newName: 'other', digest: 'sha256:abc' } },
  ])('reads $text', ({ text, image }) => {
    expect(parseImage(text)).toEqual(image);
  });
});

describe('OverriddenFiles', () => {
  const BASE =
    'resources: [a.yaml]\nimages: [{name: web, newTag: "1"}, {name: db, newTag: "1"}]\ncommonLabels: {app: web}\n';

  async function overridden(overrides: KustomizeSource, text = BASE): Promise<unknown> {
    const files = {
      read: async (path: string) => (path === 'app/kustomization.yaml' ? Buffer.from(text) : undefined),
      isDirectory: async (path: string) => path === 'app' || path === 'components/on',
    };
    const content = await new OverriddenFiles(files, 'app', overrides).read('app/kustomization.yaml');
    return JSON.parse(Buffer.from(content ?? '').toString());
  }

  it.each<{ name: string; overrides: KustomizeSource; part: Record<string, unknown> }>([
    {
      name: 'prefix and namespace',
      overrides: { namePrefix: 'x-', namespace: 'n' },
      part: { namePrefix: 'x-', namespace: 'n' },
    },
    {
      name: 'an image in the place of the one of the same name',
      overrides: { images: ['web:2'] },
      part: {
        images: [
          { name: 'db', newTag: '1' },
          { name: 'web', newTag: '2' },
        ],
      },
    },
    {
      name: 'replicas given as text',
      overrides: { replicas: [{ name: 'web', count: '3' }] },
      part: { replicas: [{ name: 'web', count: 3 }] },
    },
    {
      name: 'more labels',
      overrides: { commonLabels: { team: 'a' } },
      part: { commonLabels: { app: 'web', team: 'a' } },
    },
    {
      name: 'labels that stay out of selectors',
      overrides: { commonLabels: { team: 'a' }, labelWithoutSelector: true },
      part: { labels: [{ pairs: { team: 'a' }, includeTemplates: false }] },
    },
    {
      name: 'only components that are there',
      overrides: { components: ['../components/on', '../components/off'], ignoreMissingComponents: true },
      part: { components: ['../components/on'] },
    },
  ])('writes $name', async ({ overrides, part }) => {
    expect(await overridden(overrides)).toMatchObject({ resources: ['a.yaml'], ...part });
  });

  it('refuses to change a label unless forced', async () => {
    await expect(overridden({ commonLabels: { app: 'other' } })).rejects.toMatchObject({ code: 'COMPARISON' });
    expect(await overridden({ commonLabels: { app: 'other' }, forceCommonLabels: true })).toMatchObject({
      commonLabels: { app: 'other' },
    });
  });

  it('refuses what it does not know', () => {
    const files = { read: async () => undefined, isDirectory: async () => true };
    expect(() => new OverriddenFiles(files, 'app', { commonAnnotationsEnvsubst: true })).toThrow(
      expect.objectContaining({ code: 'COMPARISON' }),
    );
  });
});
