import { describe, expect, it } from 'vitest';
import { parseManifest, selectManifests } from './directory-source.ts';

const FILES = ['b.yaml', 'a.yml', 'c.json', 'README.md', 'sub/d.yaml', 'sub/test/e.yaml'].map((path) => ({
  path,
  oid: path,
}));

describe('selectManifests', () => {
  it.each([
    { options: {}, paths: ['a.yml', 'b.yaml', 'c.json'] },
    { options: { recurse: true }, paths: ['a.yml', 'b.yaml', 'c.json', 'sub/d.yaml', 'sub/test/e.yaml'] },
    { options: { recurse: true, exclude: 'sub/test/*' }, paths: ['a.yml', 'b.yaml', 'c.json', 'sub/d.yaml'] },
    { options: { recurse: true, include: '{*.json,sub/*}' }, paths: ['c.json', 'sub/d.yaml', 'sub/test/e.yaml'] },
  ])('takes $paths with $options', ({ options, paths }) => {
    expect(selectManifests(FILES, options).map(({ path }) => path)).toEqual(paths);
  });
});

describe('parseManifest', () => {
  it('takes lists and documents apart', () => {
    const list =
      'apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: a}}\n---\n---\napiVersion: v1\nkind: ConfigMap\n';
    expect(parseManifest('x.yaml', list).map(({ kind }) => kind)).toEqual(['Secret', 'ConfigMap']);
  });

  it('leaves out a file that asks for it', () => {
    expect(parseManifest('x.yaml', '# +argocd:skip-file-rendering\nnot: {valid')).toEqual([]);
  });

  it.each([
    { reason: 'broken YAML', path: 'a/x.yaml', text: 'kind: A\napiVersion: [', says: 'a/x.yaml:3' },
    { reason: 'broken JSON', path: 'a/x.json', text: '{', says: 'a/x.json' },
    { reason: 'an object without a kind', path: 'a/x.yaml', text: 'apiVersion: v1\n', says: 'document 1 has no kind' },
    { reason: 'a plain text', path: 'a/x.yaml', text: 'hello\n', says: 'is not a Kubernetes object' },
    { reason: 'Jsonnet', path: 'a/x.jsonnet', text: '{}', says: 'Jsonnet is not supported' },
  ])('refuses $reason', ({ path, text, says }) => {
    expect(() => parseManifest(path, text)).toThrow(
      expect.objectContaining({ code: 'COMPARISON', message: expect.stringContaining(says) as string }),
    );
  });
});
