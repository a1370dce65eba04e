import { describe, expect, it } from 'vitest';
import { globMatch, globMatchNegatable } from './glob.ts';

describe('globMatch', () => {
  it.each([
    { pattern: 'foo*', text: 'foobar', separators: '', matches: true },
    { pattern: 'https://git/*', text: 'https://git/a/b', separators: '/', matches: false },
    { pattern: 'https://git/**', text: 'https://git/a/b', separators: '/', matches: true },
    { pattern: '*', text: 'a/b', separators: '', matches: true },
    { pattern: 'a?c', text: 'abc', separators: '', matches: true },
    { pattern: '{a,b}-*', text: 'b-1', separators: '', matches: true },
    { pattern: 'a,b', text: 'a,b', separators: '', matches: true },
    { pattern: '[a-c]x', text: 'bx', separators: '', matches: true },
    { pattern: '[!a-c]x', text: 'bx', separators: '', matches: false },
    { pattern: 'a.c', text: 'abc', separators: '', matches: false },
    { pattern: 'e[[a*', text: 'e[[a*', separators: '', matches: false },
    { pattern: '{a', text: '{a', separators: '', matches: false },
  ])('says $matches for $text against $pattern', ({ pattern, text, separators, matches }) => {
    expect(globMatch(pattern, text, separators)).toBe(matches);
  });

  it('stays fast on many stars', () => {
    expect(globMatch(`${'*'.repeat(60)}b`, 'a'.repeat(2_000))).toBe(false);
  });
});

describe('globMatchNegatable', () => {
  it('turns the verdict round after an exclamation mark', () => {
    expect(globMatchNegatable('!foo', 'foo')).toBe(false);
    expect(globMatchNegatable('!foo', 'bar')).toBe(true);
  });
});
