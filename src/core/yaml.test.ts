import { describe, expect, it } from 'vitest';
import { formatYaml, parseYaml } from './yaml.ts';
import type { YamlError } from './yaml.ts';

describe(parseYaml, () => {
  it.each([
    { text: 'a: yes', value: { a: true } },
    { text: 'a: Off', value: { a: false } },
    { text: 'a: 0777', value: { a: 511 } },
    { text: 'a: 0o17', value: { a: 15 } },
    { text: 'a: 1_000', value: { a: 1000 } },
    { text: 'a: 2026-01-15', value: { a: '2026-01-15' } },
    { text: 'a: 1:30', value: { a: '1:30' } },
    { text: 'a: ~', value: { a: null } },
    { text: 'a: "yes"', value: { a: 'yes' } },
    { text: 'x: &x {b: 1}\na:\n  <<: *x\n  c: 2', value: { x: { b: 1 }, a: { b: 1, c: 2 } } },
  ])('reads $text as Kubernetes does', ({ text, value }) => {
    expect(parseYaml(text)).toEqual([value]);
  });

  it('splits a stream and leaves empty documents out', () => {
    expect(parseYaml('---\na: 1\n---\n# nothing\n---\nb: 2\n')).toEqual([{ a: 1 }, { b: 2 }]);
  });

  it.each([
    { reason: 'duplicate key', text: 'a: 1\n---\nb: 1\nb: 2\n', line: 4 },
    { reason: 'bad indentation', text: 'a:\n  - b\n c: 1\n', line: 3 },
    { reason: 'binary that is empty', text: 'b: 1\na: !!binary\n', line: 3 },
  ])('names the line of a $reason', ({ text, line }) => {
    expect(() => parseYaml(text)).toThrow(expect.objectContaining({ name: 'YamlError', line }) as YamlError);
  });
});

describe(formatYaml, () => {
  it.each([['yes'], ['0777'], ['null'], ['1e3'], ['on'], ['2026-01-15'], ['plain text']])(
    'keeps the text %j a text',
    (text) => {
      expect(parseYaml(formatYaml({ a: text }))).toEqual([{ a: text }]);
    },
  );
});
