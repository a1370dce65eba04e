import { describe, expect, it } from 'vitest';
import { parseDocuments } from './parse.ts';
import { textOf, toJson } from './value.ts';

describe(parseDocuments, () => {
  it.each([
    { reason: 'no line break after a block at the end', text: 'a: |\n  b', value: { a: 'b' } },
    { reason: 'a line break after it', text: 'a: |\n  b\n', value: { a: 'b\n' } },
    { reason: 'a line break that is escaped', text: 'a: "b\\n"', value: { a: 'b\n' } },
    { reason: 'tags of one’s own', text: 'a: !mine b\n', value: { a: 'b' } },
    { reason: 'keys that look like something else', text: '1.50: a\ntrue: b\n', value: { '1.50': 'a', true: 'b' } },
    { reason: 'words of YAML 1.1 as text', text: 'a: [yes, off]\n', value: { a: ['yes', 'off'] } },
  ])('reads $reason', ({ text, value }) => {
    expect(parseDocuments(text).map(toJson)).toEqual([value]);
  });

  it.each([
    { reason: 'before lines indented further', text: 'a: >\n  b\n    c\n  d\n', value: 'b\n\n  c\nd\n' },
    { reason: 'in an anchored block', text: 'a: &x >-\n  b\n   c\n', value: 'b\n\n c' },
    { reason: 'not in blocks that are not folded', text: 'a: |\n  b >\n    c\n', value: 'b >\n  c\n' },
    { reason: 'not where all lines are even', text: 'a: >\n  b\n  c\n\n  d\n', value: 'b c\nd\n' },
    { reason: 'not in a block that cannot be printed', text: 'a: >\n  b \n    c\n', value: 'b \n  c\n' },
  ])('reads folded blocks with the empty lines of upstream: $reason', ({ text, value }) => {
    expect(parseDocuments(text)).toEqual([{ a: value }]);
  });

  it('reads YAML 1.1 on request', () => {
    expect(parseDocuments('[yes, off, 2024-01-02]\n', { isLegacy: true }).map(toJson)).toEqual([
      [true, false, '2024-01-02'],
    ]);
  });

  it('remembers how a scalar is written', () => {
    const [value] = parseDocuments('[0x10, 1.50, ~]\n');

    expect(Array.isArray(value) && value.map(textOf)).toEqual(['0x10', '1.50', '~']);
  });

  it.each(['!!int', '!!int x', '!!float ""', '!!bool 1', '!!null x', '!!timestamp x', '!!binary x'])(
    'refuses a value that is not what its tag says: %s',
    (value) => {
      expect(() => parseDocuments(`a: ${value}\n`)).toThrow(expect.objectContaining({ code: 'INVALID_YAML' }));
    },
  );

  it.each([
    { value: '!!int 0x10', read: 16 },
    { value: '!!float 1', read: 1 },
    { value: '!!bool True', read: true },
    { value: '!!null', read: null },
    { value: '!!timestamp 2024-01-02', read: '2024-01-02T00:00:00Z' },
    { value: '!!binary aGk=', read: 'hi' },
    { value: '!!binary', read: '' },
  ])('reads $value', ({ value, read }) => {
    expect(parseDocuments(`a: ${value}\n`).map(toJson)).toEqual([{ a: read }]);
  });

  it('names the line of a mistake', () => {
    expect(() => parseDocuments('a: b\nc: [\n')).toThrow(expect.objectContaining({ code: 'INVALID_YAML', line: 3 }));
  });

  it('refuses a field that would be the prototype of its map', () => {
    expect(() => parseDocuments('a: {__proto__: {b: c}}\n')).toThrow(expect.objectContaining({ code: 'INVALID_YAML' }));
  });

  it.each([
    { reason: 'nested too deep', text: `${'['.repeat(2000)}${']'.repeat(2000)}` },
    { reason: 'containing itself', text: 'a: &a [*a]\n' },
    {
      reason: 'grown by aliases',
      text: Array.from({ length: 12 }, (_, i) => `a${i}: &a${i} [${`*a${i - 1},`.repeat(i === 0 ? 0 : 9)}1]\n`).join(
        '',
      ),
    },
  ])('refuses a file $reason', ({ text }) => {
    expect(() => parseDocuments(text)).toThrow(expect.objectContaining({ code: 'LIMIT' }));
  });
});
