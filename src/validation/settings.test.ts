import { describe, expect, it } from 'vitest';
import { matches } from './settings.ts';

describe(matches, () => {
  it.each([
    { pattern: 'a', text: 'a', expected: true },
    { pattern: 'a', text: 'ab', expected: false },
    { pattern: 'a*', text: 'ab', expected: true },
    { pattern: '*b', text: 'ab', expected: true },
    { pattern: 'a*c*e', text: 'abcde', expected: true },
    { pattern: 'a*c*e', text: 'abde', expected: false },
    { pattern: 'ab*ba', text: 'aba', expected: false },
    { pattern: '*', text: '', expected: true },
    { pattern: 'a.c', text: 'abc', expected: false },
  ])('says $expected of $pattern and $text', ({ pattern, text, expected }) => {
    expect(matches(pattern, text)).toBe(expected);
  });
});
