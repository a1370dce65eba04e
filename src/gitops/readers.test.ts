import { describe, expect, it } from 'vitest';
import type { FileChange } from '../git/index.ts';
import { FileTree } from './file-tree.ts';
import { Readers } from './readers.ts';
import type { Reading } from './readers.ts';
import { BlobCache, RevisionFiles } from './revision-files.ts';

const URL = 'https://git.test/a.git';
const FILES = ['base/x.yaml', 'one/a.yaml', 'two/b.yaml', 'plain/c.yaml'];

function files(paths: readonly string[]): RevisionFiles {
  const blobs = new BlobCache({ blob: async () => Buffer.alloc(0) });
  return new RevisionFiles(FileTree.of(paths.map((path) => ({ path, mode: '100644', oid: path }))), blobs);
}

function reading(paths: readonly string[], more: Partial<Reading> = {}, directories: readonly string[] = []): Reading {
  const closure = {
    files: new Map(paths.map((path) => [path, FILES.includes(path) ? path : undefined])),
    directories: new Map(directories.map((path) => [path, true])),
  };
  return { url: URL, revision: 'main', commit: 'c1', closure, ...more };
}

function affected(readers: Readers, paths: readonly string[]): readonly string[] {
  const before = files(FILES);
  const changes: readonly FileChange[] = paths.map((path) =>
    FILES.includes(path) ? { path, before: path } : { path, after: 'new' },
  );
  const found = readers.of(URL).get('main')?.affected(changes, before, before.with(changes)) ?? [];
  return found.map(({ name }) => name).sort();
}

function example(): Readers {
  const readers = new Readers();
  readers.note({ namespace: 'argocd', name: 'one' }, [reading(['base/x.yaml', 'one/a.yaml', 'one/kustomization.yml'])]);
  readers.note({ namespace: 'argocd', name: 'two' }, [reading(['base/x.yaml', 'two/b.yaml'], {}, ['two'])]);
  readers.note({ namespace: 'argocd', name: 'plain' }, [reading(['plain/c.yaml'], { folder: 'plain' })]);
  return readers;
}

describe(Readers, () => {
  it.each([
    { reason: 'nobody read the file', paths: ['README.md', 'one/README.md'], names: [] },
    { reason: 'one of them read it', paths: ['one/a.yaml'], names: ['one'] },
    { reason: 'several read it', paths: ['base/x.yaml'], names: ['one', 'two'] },
    { reason: 'a file was looked for', paths: ['one/kustomization.yml'], names: ['one'] },
    { reason: 'a folder that was looked for goes', paths: ['two/b.yaml'], names: ['two'] },
    { reason: 'every file of a folder counts', paths: ['plain/deep/new.yaml'], names: ['plain'] },
  ])('finds $names when $reason', ({ paths, names }) => {
    expect(affected(example(), paths)).toEqual(names);
  });

  it('finds those of whom nothing is known by any commit', () => {
    const readers = example();
    readers.note({ namespace: 'argocd', name: 'new' }, [{ url: URL, revision: 'main' }]);
    expect(affected(readers, ['README.md'])).toEqual(['new']);
  });

  it('forgets what an Application read before', () => {
    const readers = example();
    readers.note({ namespace: 'argocd', name: 'one' }, [reading(['two/b.yaml'])]);
    expect(affected(readers, ['one/a.yaml'])).toEqual([]);
    expect(affected(readers, ['two/b.yaml'])).toEqual(['one', 'two']);
    readers.note({ namespace: 'argocd', name: 'one' }, [reading(['two/b.yaml'], { revision: 'other' })]);
    readers.forget({ namespace: 'argocd', name: 'two' });
    expect(affected(readers, ['two/b.yaml', 'base/x.yaml'])).toEqual([]);
    expect(readers.of(URL).get('other')?.size).toBe(1);
  });

  it('takes an Application with two sources at one revision to be concerned by any commit', () => {
    const readers = new Readers();
    readers.note({ name: 'both' }, [reading(['one/a.yaml']), reading(['two/b.yaml'])]);
    expect(affected(readers, ['README.md'])).toEqual(['both']);
  });
});
