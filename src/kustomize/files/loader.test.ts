import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { build } from '../index.ts';

const OBJECT = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kustomize-'));
  mkdirSync(join(folder, 'repository/app'), { recursive: true });
  writeFileSync(join(folder, 'secret.yaml'), OBJECT);
  writeFileSync(join(folder, 'repository/beside.yaml'), OBJECT);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(kustomization: string): void {
  writeFileSync(join(folder, 'repository/app/kustomization.yaml'), kustomization);
}

describe('reading files', () => {
  it.each([
    { reason: 'above the repository', path: '../../secret.yaml' },
    { reason: 'above the kustomization', path: '../beside.yaml' },
    { reason: 'an absolute path', path: '/etc/passwd' },
  ])('refuses $reason', async ({ path }) => {
    write(`resources: [${path}]\n`);

    await expect(build(join(folder, 'repository'), 'app')).rejects.toMatchObject({ code: 'OUTSIDE_ROOT' });
  });

  it.each(['https://example.com/a.yaml', 'github.com/owner/name//path?ref=v1', 'git@example.com:owner/name'])(
    'refuses the remote %s',
    async (url) => {
      write(`resources: ['${url}']\n`);

      await expect(build(join(folder, 'repository'), 'app')).rejects.toMatchObject({ code: 'REFUSED' });
    },
  );

  it('builds a remote base from the copy that is vendored for it', async () => {
    const url = 'https://example.com/base?ref=v1';
    const files = new Map([
      ['vendor/base/kustomization.yaml', 'resources: [a.yaml]\n'],
      ['vendor/base/a.yaml', OBJECT],
      ['kustomization.yaml', `resources: ['${url}']\n`],
    ]);

    const { objects } = await build(files, '.', { vendored: new Map([[url, 'vendor/base']]) });
    expect(objects).toHaveLength(1);
  });

  it('refuses links that lead out of the repository, or out of the kustomization', async () => {
    write('resources: [link.yaml]\n');
    const link = join(folder, 'repository/app/link.yaml');
    for (const target of [join(folder, 'secret.yaml'), '../beside.yaml']) {
      rmSync(link, { force: true });
      symlinkSync(target, link);

      await expect(build(join(folder, 'repository'), 'app')).rejects.toMatchObject({ code: 'OUTSIDE_ROOT' });
    }
  });

  it('refuses bases that contain one another', async () => {
    write('resources: [.]\n');

    await expect(build(join(folder, 'repository'), 'app')).rejects.toMatchObject({ code: 'CYCLE' });
  });

  it('stops when the signal aborts', async () => {
    write('resources: [../beside.yaml]\n');

    await expect(
      build(join(folder, 'repository'), 'app', { signal: AbortSignal.abort(new Error('enough')) }),
    ).rejects.toThrow('enough');
  });
});
