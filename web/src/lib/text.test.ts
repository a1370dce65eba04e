import { describe, expect, it } from 'vitest';
import { count, list, relativeTime, sentence, shortHash } from './text.ts';

const NOW = Date.UTC(2026, 0, 15, 9);
const ago = (seconds: number): string => new Date(NOW - seconds * 1_000).toISOString();

describe('relativeTime', () => {
  it.each([
    { name: 'now', time: ago(3), expected: 'just now' },
    { name: 'a clock ahead', time: ago(-5), expected: 'just now' },
    { name: 'seconds', time: ago(45), expected: '45 sec. ago' },
    { name: 'minutes', time: ago(150), expected: '2 min. ago' },
    { name: 'hours', time: ago(3 * 3_600), expected: '3 hr. ago' },
    { name: 'a day', time: ago(86_400), expected: 'yesterday' },
    { name: 'months', time: ago(61 * 86_400), expected: '2 mo. ago' },
    { name: 'years', time: ago(800 * 86_400), expected: '2 yr. ago' },
    { name: 'no time', time: 'soon', expected: '' },
  ])('says $name', ({ time, expected }) => expect(relativeTime(time, NOW)).toBe(expected));
});

describe('words', () => {
  it('shorten hashes', () => {
    expect(shortHash('sha256:0123456789abcdef')).toBe('01234567');
    expect(shortHash('0123456789abcdef', 7)).toBe('0123456');
  });

  it.each([
    ['smoke-test', 'Smoke test'],
    ['AwaitingDeploy', 'Awaiting deploy'],
    ['content', 'Content'],
  ])('make a sentence of %s', (name, expected) => expect(sentence(name)).toBe(expected));

  it('count', () => {
    expect(count(1, 'gate')).toBe('1 gate');
    expect(count(2, 'gate')).toBe('2 gates');
  });

  it('list', () => {
    expect(list(['a'])).toBe('a');
    expect(list(['a', 'b', 'c'])).toBe('a, b and c');
  });
});
