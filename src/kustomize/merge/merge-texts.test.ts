import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergePatch, mergeThreeWay } from '../index.ts';

const POD = (containers: string): string => `apiVersion: v1\nkind: Pod\nspec:\n  containers: ${containers}\n`;

describe(mergePatch, () => {
  it.each([
    { reason: 'by key', patch: '[{name: b, image: y}]', result: '[{image: x, name: a}, {image: y, name: b}]' },
    { reason: 'into an item', patch: '[{name: a, image: y}]', result: '[{image: y, name: a}]' },
    { reason: 'deleting', patch: '[{name: a, $patch: delete}, {name: b}]', result: '[{name: b}]' },
    { reason: 'replacing', patch: '[{$patch: replace}, {name: b}]', result: '[{name: b}]' },
  ])('merges a list whose items have keys: $reason', ({ patch, result }) => {
    expect(mergePatch(POD(patch), POD('[{name: a, image: x}]'))).toBe(mergePatch('', POD(result)));
  });

  it('keeps a null that is written out, and drops one that is not', () => {
    expect(mergePatch('a: 1\n', 'kept: null\ndropped:\n')).toBe('a: 1\nkept: null\n');
  });

  it('takes keys from the schema in a comment', () => {
    const dest =
      'kind: Mine\nlist: # {"type":"array","x-kubernetes-patch-merge-key":"id","x-kubernetes-patch-strategy":"merge"}\n- id: 1\n  a: b\n';

    expect(mergePatch('kind: Mine\nlist:\n- id: 1\n  c: d\n', dest)).toBe(
      'kind: Mine\nlist:\n- a: b\n  c: d\n  id: 1\n',
    );
  });

  it('refuses to merge a list into a map', () => {
    expect(() => mergePatch('a: [1]\n', 'a: {b: c}\n')).toThrow(expect.objectContaining({ code: 'INVALID_PATCH' }));
  });
});

describe(mergeThreeWay, () => {
  it.each([
    {
      reason: 'takes what was changed',
      original: 'a: 1\n',
      updated: 'a: 2\n',
      dest: 'a: 1\nb: 3\n',
      result: 'a: 2\nb: 3\n',
    },
    { reason: 'keeps its own change', original: 'a: 1\n', updated: 'a: 1\n', dest: 'a: 9\n', result: 'a: 9\n' },
    {
      reason: 'removes what was removed',
      original: 'a: 1\nb: 2\n',
      updated: 'b: 2\n',
      dest: 'a: 1\nb: 2\n',
      result: 'b: 2\n',
    },
    {
      reason: 'leaves out what it has removed itself',
      original: 'a: 1\nb: 2\n',
      updated: 'a: 1\nb: 2\n',
      dest: 'b: 2\n',
      result: 'b: 2\n',
    },
  ])('$reason', ({ original, updated, dest, result }) => {
    expect(mergeThreeWay({ original, updated, dest })).toBe(result);
  });

  it('adds and removes items by their keys', () => {
    const merged = mergeThreeWay({
      original: POD('[{name: a}, {name: gone}]'),
      updated: POD('[{name: a}, {name: new}]'),
      dest: POD('[{name: own}, {name: a}, {name: gone}]'),
    });

    expect(merged).toBe(mergePatch('', POD('[{name: own}, {name: a}, {name: new}]')));
  });

  const word = fc.constantFrom('x', 'y', 'z');
  const env = fc.uniqueArray(fc.record({ name: word, value: word }), { selector: ({ name }) => name, maxLength: 3 });
  const container = fc.record({ name: word, image: word, env, args: fc.array(word) }, { requiredKeys: ['name'] });
  const spec = fc.record(
    {
      containers: fc.uniqueArray(container, { selector: ({ name }) => name, minLength: 1, maxLength: 3 }),
      nodeSelector: fc.dictionary(word, word, { minKeys: 1 }),
      hostNetwork: fc.boolean(),
    },
    { requiredKeys: ['containers'] },
  );
  const pod = fc.record({ labels: fc.dictionary(word, word, { minKeys: 1 }), spec }).map(
    // JSON is YAML, too
    (own) => JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { labels: own.labels }, spec: own.spec }),
  );

  it('does nothing the second time', () => {
    fc.assert(
      fc.property(pod, pod, pod, (original, updated, dest) => {
        const once = mergeThreeWay({ original, updated, dest });
        expect(mergeThreeWay({ original, updated, dest: once })).toBe(once);
      }),
      { numRuns: 300 },
    );
  });
});
