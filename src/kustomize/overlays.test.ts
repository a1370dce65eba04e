import { describe, expect, it } from 'vitest';
import { findOverlays, mayRead } from './overlays.ts';

const FILES: Readonly<Record<string, string>> = {
  'base/kustomization.yaml': 'resources: [web.yaml, ../shared]\n',
  'base/web.yaml': '',
  'shared/kustomization.yaml': 'resources: [all.yaml]\n',
  'components/debug/kustomization.yaml': 'kind: Component\n',
  'envs/dev/kustomization.yaml': 'resources: [../../base]\ncomponents: [../../components/debug]\n',
  'envs/prod/kustomization.yaml': 'resources: [../../base]\n',
  'loop/a/kustomization.yaml': 'resources: [../b]\n',
  'loop/b/kustomization.yaml': 'resources: [../a]\n',
  'broken/kustomization.yaml': 'resources: [\n',
};

describe(findOverlays, () => {
  it('finds what is built for itself, and all that it builds on', async () => {
    const overlays = await findOverlays({ paths: Object.keys(FILES), text: async (path) => FILES[path] });

    expect(overlays.map(({ path }) => path)).toEqual(['envs/dev', 'envs/prod', 'broken']);
    expect(overlays[1]?.uses).toEqual(['envs/prod', 'base', 'base/web.yaml', 'shared', 'shared/all.yaml']);
  });

  it.each([
    { file: 'envs/dev/patch.yaml', by: ['envs/dev'] },
    { file: 'envs/dev2/patch.yaml', by: [] },
    { file: 'base/deep/file.txt', by: ['envs/dev', 'envs/prod'] },
    { file: 'shared/all.yaml', by: ['envs/dev', 'envs/prod'] },
    { file: 'components/debug/kustomization.yaml', by: ['envs/dev'] },
    { file: 'README.md', by: [] },
  ])('$file may be read by $by', async ({ file, by }) => {
    const overlays = await findOverlays({ paths: Object.keys(FILES), text: async (path) => FILES[path] });

    expect(overlays.filter((overlay) => mayRead(overlay, file)).map(({ path }) => path)).toEqual(by);
  });
});
