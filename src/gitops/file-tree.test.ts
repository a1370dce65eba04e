import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FileChange } from '../git/index.ts';
import { FileTree } from './file-tree.ts';

function change(path: string, after?: string): FileChange {
  return { path, ...(after === undefined ? {} : { after, mode: '100644' }) };
}

function shown(tree: FileTree): readonly string[] {
  return tree.below('').map(({ path, oid }) => `${path}=${oid}`);
}

describe(FileTree, () => {
  const first = FileTree.of([
    { path: 'README.md', mode: '100644', oid: 'r' },
    { path: 'apps/a/x.yaml', mode: '120000', oid: 'x' },
    { path: 'apps/b/y.yaml', mode: '100644', oid: 'y' },
  ]);

  it('finds files and folders', () => {
    expect(first.file('apps/a/x.yaml')).toEqual({ mode: '120000', oid: 'x' });
    expect([first.file('apps'), first.file('apps/a/z.yaml'), first.file('README.md/x')]).toEqual(
      Array(3).fill(undefined),
    );
    expect(['', 'apps/a', 'apps/a/x.yaml', 'apps/c'].map((path) => first.isFolder(path))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(first.folders()).toEqual(['', 'apps', 'apps/a', 'apps/b']);
    expect(first.below('apps').map(({ path }) => path)).toEqual(['a/x.yaml', 'b/y.yaml']);
  });

  it('leaves the tree before as it was', () => {
    const before = shown(first);
    const next = first.with([change('apps/a/x.yaml', 'x2'), change('apps/b/y.yaml'), change('c/d/e', 'e')]);
    expect(shown(next)).toEqual(['README.md=r', 'apps/a/x.yaml=x2', 'c/d/e=e']);
    expect([next.isFolder('apps/b'), next.isFolder('c/d')]).toEqual([false, true]);
    expect(shown(first)).toEqual(before);
  });

  it('lets a folder take the place of a file, and a file that of a folder', () => {
    const folder = first.with([change('README.md'), change('README.md/x', '1')]);
    expect(folder.isFolder('README.md')).toBe(true);
    const file = first.with([change('apps', '2'), change('apps/a/x.yaml'), change('apps/b/y.yaml')]);
    expect(shown(file)).toEqual(['README.md=r', 'apps=2']);
  });

  it('holds after any commits what a list of the files would', () => {
    const path = fc.constantFrom('a', 'b/c', 'b/d', 'e/f/g', 'e/f/h');
    const commit = fc.dictionary(path, fc.option(fc.constantFrom('1', '2'), { nil: undefined }));
    fc.assert(
      fc.property(fc.array(commit, { maxLength: 6 }), (commits) => {
        const files = new Map<string, string>();
        let tree = FileTree.of([]);
        for (const changes of commits) {
          tree = tree.with(Object.entries(changes).map(([name, after]) => change(name, after)));
          for (const [name, after] of Object.entries(changes)) {
            if (after === undefined) files.delete(name);
            else files.set(name, after);
          }
        }
        expect(shown(tree)).toEqual([...files].map(([name, oid]) => `${name}=${oid}`).sort());
      }),
    );
  });
});
