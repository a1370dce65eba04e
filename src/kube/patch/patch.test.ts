import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isJsonObject } from '../../core/index.ts';
import type { JsonValue } from '../../core/index.ts';
import { applyJsonPatch } from './json-patch.ts';
import { applyMergePatch } from './merge-patch.ts';
import { PatchError } from './patch-error.ts';

describe('applyMergePatch', () => {
  // the examples of RFC 7396, appendix A
  it.each<[JsonValue, JsonValue, JsonValue]>([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('merges %j with %j', (doc, patch, merged) => {
    const before = structuredClone(doc);
    expect(applyMergePatch(doc, patch)).toEqual(merged);
    expect(doc).toEqual(before);
  });

  it('shares what it does not touch', () => {
    const doc = { kept: { a: 1 }, changed: { b: 1 } };
    const merged = applyMergePatch(doc, { changed: { b: 2 } });
    expect(isJsonObject(merged) && merged['kept'] === doc.kept).toBe(true);
  });

  it('keeps a member named __proto__ a member', () => {
    const merged = applyMergePatch({}, JSON.parse('{"__proto__":{"polluted":true}}') as JsonValue);
    expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
    expect(Object.keys(merged as object)).toEqual(['__proto__']);
  });

  it('is idempotent', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (doc, patch) => {
        const once = applyMergePatch(doc as JsonValue, patch as JsonValue);
        expect(applyMergePatch(once, patch as JsonValue)).toEqual(once);
      }),
    );
  });
});

describe('applyJsonPatch', () => {
  it('applies operations in order and leaves the document alone', () => {
    const doc = { a: { b: [1, 2] } };
    const patched = applyJsonPatch(doc, [
      { op: 'test', path: '/a/b/0', value: 1 },
      { op: 'add', path: '/a/b/-', value: 3 },
      { op: 'remove', path: '/a/b/0' },
      { op: 'copy', from: '/a', path: '/c' },
      { op: 'replace', path: '/c/b', value: [] },
      { op: 'move', from: '/c', path: '/d~1e' },
    ]);
    expect(patched).toEqual({ a: { b: [2, 3] }, 'd/e': { b: [] } });
    expect(doc).toEqual({ a: { b: [1, 2] } });
  });

  it.each<[string, JsonValue]>([
    ['no list', {}],
    ['an entry that is no operation', [1]],
    ['an unknown operation', [{ op: 'merge', path: '/a' }]],
    ['removing a missing path', [{ op: 'remove', path: '/x' }]],
    ['replacing a missing path', [{ op: 'replace', path: '/x', value: 1 }]],
    ['an index out of range', [{ op: 'add', path: '/a/5', value: 1 }]],
    ['a failed test', [{ op: 'test', path: '/a/0', value: 2 }]],
    ['add without a value', [{ op: 'add', path: '/b' }]],
    ['a path into the prototype', [{ op: 'add', path: '/__proto__/x', value: 1 }]],
    [
      'copies that double',
      Array.from({ length: 40 }, (_, index) => ({ op: 'copy', from: '/a', path: `/a/${index % 2}` })),
    ],
    ['too many operations', Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/a/0', value: 1 }))],
  ])('refuses %s', (_, ops) => {
    expect(() => applyJsonPatch({ a: [1, 'x'.repeat(20)] }, ops)).toThrow(PatchError);
  });
});
