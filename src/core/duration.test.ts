import { describe, expect, it } from 'vitest';
import { parseDuration } from './duration.ts';

describe('parseDuration', () => {
  it.each([
    { text: '1h30m', ms: 5_400_000 },
    { text: '1.5s', ms: 1_500 },
    { text: '250ms', ms: 250 },
    { text: '-2m', ms: -120_000 },
    { text: '5', ms: undefined },
    { text: '1d', ms: undefined },
  ])('reads $text as $ms', ({ text, ms }) => {
    expect(parseDuration(text)).toBe(ms);
  });
});
