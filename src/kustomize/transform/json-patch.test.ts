import { describe, expect, it } from 'vitest';
import { applyJsonOperations, asJsonPatch, parseJsonPatch } from './json-patch.ts';
import { ExactScalar, WRITTEN_NULL } from '../yaml/value.ts';
import type { YamlMap } from '../yaml/value.ts';

function apply(operation: YamlMap): YamlMap {
  return applyJsonOperations({ a: 1, list: [1, 2] }, asJsonPatch([operation]) ?? []);
}

describe(applyJsonOperations, () => {
  it.each([
    { reason: 'adds a field that is to be replaced', op: 'replace', path: '/b', value: 2, expected: { b: 2 } },
    { reason: 'copies a missing field as null', op: 'copy', path: '/b', from: '/c', expected: { b: WRITTEN_NULL } },
    { reason: 'finds null where nothing is', op: 'test', path: '/b', value: null, expected: {} },
    { reason: 'counts items from the end', op: 'replace', path: '/list/-1', value: 3, expected: { list: [1, 3] } },
    { reason: 'appends', op: 'add', path: '/list/-', value: 3, expected: { list: [1, 2, 3] } },
  ])('$reason', ({ expected, reason: _, ...operation }) => {
    expect(apply(operation)).toEqual({ a: 1, list: [1, 2], ...expected });
  });

  it.each([
    { reason: 'a field to remove is missing', op: 'remove', path: '/b' },
    { reason: 'a field to move is missing', op: 'move', path: '/b', from: '/c' },
    { reason: 'an item to replace is missing', op: 'replace', path: '/list/5', value: 1 },
    { reason: 'the place is beyond the end of the list', op: 'add', path: '/list/3', value: 1 },
    { reason: 'the way there is missing', op: 'add', path: '/b/c', value: 1 },
    { reason: 'a test does not hold', op: 'test', path: '/a', value: 2 },
    { reason: 'the operation is unknown', op: 'frob', path: '/a' },
    { reason: 'the path is missing', op: 'add', value: 1 },
    { reason: 'it would change the prototype', op: 'add', path: '/__proto__/b', value: 1 },
  ])('refuses the patch when $reason', ({ reason: _, ...operation }) => {
    expect(() => apply(operation)).toThrow(expect.objectContaining({ code: 'INVALID_PATCH' }));
  });
});

describe(parseJsonPatch, () => {
  it.each([
    { reason: 'the last of equal keys', text: '[{"op":"add","path":"/b","value":1,"value":2}]', value: 2 },
    {
      reason: 'numbers as floating point',
      text: '[{"op":"add","path":"/b","value":12345678901234567890}]',
      value: new ExactScalar('12345678901234567000', 12345678901234567000n),
    },
    {
      reason: 'what looks like a date as text',
      text: '[{"op":"add","path":"/b","value":"2024-01-02"}]',
      value: '2024-01-02',
    },
    {
      reason: 'half of a surrogate pair as no character',
      text: '[{"op":"add","path":"/b","value":"\\ud800"}]',
      value: '\uFFFD',
    },
  ])('reads $reason', ({ text, value }) => {
    expect(parseJsonPatch(text)).toEqual([{ op: 'add', path: '/b', value }]);
  });

  it.each([
    { reason: 'YAML', text: '[{op: add, path: /b, value: 1}]' },
    { reason: 'a comma too many', text: '[{"op":"add","path":"/b","value":1},]' },
    { reason: 'a comment', text: '[{"op":"add","path":"/b","value":1}] # why' },
    { reason: 'a second document', text: '[{"op":"remove","path":"/b"}]\n---\n[]' },
    { reason: 'no operation', text: '[1]' },
    { reason: 'a prototype', text: '[{"op":"add","path":"/b","value":{"__proto__":{}}}]' },
  ])('refuses $reason', ({ text }) => {
    expect(() => parseJsonPatch(text)).toThrow(expect.objectContaining({ code: 'INVALID_PATCH' }));
  });
});
