import { describe, expect, it } from 'vitest';
import { BuildCache, build } from './index.ts';

const FILES = {
  'kustomization.yaml': 'resources: [a.yaml]\n',
  'a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n',
  'unread.yaml': 'x',
};

function source(changes: Readonly<Record<string, string>> = {}): ReadonlyMap<string, string> {
  return new Map(Object.entries({ ...FILES, ...changes }));
}

describe(BuildCache, () => {
  it.each([
    { reason: 'nothing changed', changes: {}, isSame: true },
    { reason: 'a file changed that was not read', changes: { 'unread.yaml': 'y' }, isSame: true },
    { reason: 'a file changed that was read', changes: { 'a.yaml': `${FILES['a.yaml']}data: {}\n` }, isSame: false },
  ])('gives the earlier result only if it would come out the same: $reason', async ({ changes, isSame }) => {
    const cache = new BuildCache();
    const first = await build(source(), '.', { cache });

    expect((await build(source(changes), '.', { cache })) === first).toBe(isSame);
  });

  it('notices a file that was looked for and missing', async () => {
    const cache = new BuildCache();
    await build(source(), '.', { cache });

    await expect(build(source({ Kustomization: 'resources: [a.yaml]\n' }), '.', { cache })).rejects.toMatchObject({
      code: 'INVALID_KUSTOMIZATION',
    });
  });

  it('asks a source that knows ids for nothing else', async () => {
    const cache = new BuildCache();
    const read: string[] = [];
    const files = source();
    const counting = {
      read: async (path: string) => {
        read.push(path);
        const content = files.get(path);
        return typeof content === 'string' ? Buffer.from(content) : undefined;
      },
      isDirectory: (path: string) => path === '',
      hash: (path: string) => (files.has(path) ? `id of ${path}` : undefined),
    };
    await build(counting, '.', { cache });
    const before = read.filter((path) => files.has(path)).length;
    await build(counting, '.', { cache });

    expect(read.filter((path) => files.has(path))).toHaveLength(before);
  });

  it('tells results with other options apart, and forgets the oldest', async () => {
    const cache = new BuildCache(1);
    const first = await build(source(), '.', { cache });
    const other = await build(source(), '.', { cache, reorder: 'none' });

    expect(other).not.toBe(first);
    expect(await build(source(), '.', { cache })).not.toBe(first);
  });
});
