import { describe, expect, it } from 'vitest';
import type { TreeEntry } from '../git/index.ts';
import { FileTree } from './file-tree.ts';
import { BlobCache, RecordingFiles, RevisionFiles, isUnchanged, normalizePath } from './revision-files.ts';

const CONTENT: Readonly<Record<string, string>> = {
  o1: 'one',
  o2: 'two',
  up: '../a.yaml',
  out: '/etc/passwd',
  loop: 'loop',
  far: '../../x',
};

function cache(): BlobCache {
  return new BlobCache({ blob: async (oid) => Buffer.from(CONTENT[oid] ?? '') });
}

function files(entries: readonly (readonly [path: string, oid: string, mode?: string])[]): RevisionFiles {
  const tree = FileTree.of(entries.map(([path, oid, mode = '100644']): TreeEntry => ({ path, oid, mode })));
  return new RevisionFiles(tree, cache());
}

async function text(source: RevisionFiles, path: string): Promise<string | undefined> {
  const content = await source.read(path);
  return content === undefined ? undefined : Buffer.from(content).toString();
}

describe('RevisionFiles', () => {
  it('reads files, follows links within the repository and knows folders', async () => {
    const source = files([
      ['a.yaml', 'o1'],
      ['app/link.yaml', 'up', '120000'],
      ['mod', 'x', '160000'],
    ]);
    expect(await text(source, './app/../a.yaml')).toBe('one');
    expect(await text(source, 'app/link.yaml')).toBe('one');
    expect(await text(source, 'mod')).toBeUndefined();
    expect(await text(source, 'b.yaml')).toBeUndefined();
    expect([source.isDirectory(''), source.isDirectory('app'), source.isDirectory('a.yaml')]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it.each([
    { reason: 'an absolute link', oid: 'out' },
    { reason: 'a link above the root', oid: 'far' },
    { reason: 'a link to itself', oid: 'loop' },
  ])('refuses $reason', async ({ oid }) => {
    const path = oid === 'loop' ? 'loop' : 'x.yaml';
    await expect(files([[path, oid, '120000']]).read(path)).rejects.toMatchObject({ code: 'COMPARISON' });
  });

  it('refuses a path above the root', () => {
    expect(() => normalizePath('a/../../b')).toThrow(expect.objectContaining({ code: 'COMPARISON' }));
  });
});

describe('isUnchanged', () => {
  const signal = new AbortController().signal;
  const before = [
    ['app/a.yaml', 'o1'],
    ['app/b.yaml', 'o2'],
  ] as const;

  it.each([
    { reason: 'nothing that was read changed', after: [...before, ['other.md', 'o1']] as const, unchanged: true },
    {
      reason: 'a file that was read changed',
      after: [
        ['app/a.yaml', 'o2'],
        ['app/b.yaml', 'o2'],
      ] as const,
      unchanged: false,
    },
    {
      reason: 'a file that was not read changed',
      after: [
        ['app/a.yaml', 'o1'],
        ['app/b.yaml', 'o1'],
      ] as const,
      unchanged: true,
    },
    {
      reason: 'a file that was looked for appeared',
      after: [...before, ['app/missing.yaml', 'o1']] as const,
      unchanged: false,
    },
    {
      reason: 'a folder that was looked for appeared',
      after: [...before, ['folder/x', 'o1']] as const,
      unchanged: false,
    },
  ])('is $unchanged when $reason', async ({ after, unchanged }) => {
    const recording = new RecordingFiles(files(before), signal);
    await recording.read('app/a.yaml');
    await recording.read('app/missing.yaml');
    await recording.isDirectory('folder');
    expect(isUnchanged(recording.closure, files(after))).toBe(unchanged);
  });

  it.each([
    {
      reason: 'a link leads elsewhere',
      after: [
        ['app/link', 'o2', '120000'],
        ['a.yaml', 'o1'],
      ] as const,
    },
    {
      reason: 'what a link leads to changed',
      after: [
        ['app/link', 'up', '120000'],
        ['a.yaml', 'o2'],
      ] as const,
    },
    {
      reason: 'a link became a file',
      after: [
        ['app/link', 'up'],
        ['a.yaml', 'o1'],
      ] as const,
    },
  ])('is false when $reason', async ({ after }) => {
    const recording = new RecordingFiles(
      files([
        ['app/link', 'up', '120000'],
        ['a.yaml', 'o1'],
      ]),
      signal,
    );
    await recording.read('app/link');
    expect(isUnchanged(recording.closure, files(after))).toBe(false);
  });
});

describe('BlobCache', () => {
  it('keeps what was used last within its bytes', async () => {
    const asked: string[] = [];
    const blobs = new BlobCache({ blob: async (oid) => (asked.push(oid), Buffer.alloc(4)) }, 8);
    for (const oid of ['a', 'b', 'a', 'c', 'a', 'b']) await blobs.get(oid);
    expect(asked).toEqual(['a', 'b', 'c', 'b']);
  });
});
