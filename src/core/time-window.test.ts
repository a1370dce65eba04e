import { describe, expect, it } from 'vitest';
import { isWindowOpen, windowFault } from './time-window.ts';
import type { TimeWindow } from './time-window.ts';

const NIGHT: TimeWindow = { schedule: '0 22 * * *', duration: '8h', timeZone: 'Europe/Prague' };

describe('a window', () => {
  it.each<{ readonly what: string; readonly window?: TimeWindow; readonly at: string; readonly open: boolean }>([
    { what: 'at its first moment', at: '2026-01-15T21:00:00Z', open: true },
    { what: 'just before it', at: '2026-01-15T20:59:59Z', open: false },
    { what: 'after midnight', at: '2026-01-16T04:59:59Z', open: true },
    { what: 'at its end', at: '2026-01-16T05:00:00Z', open: false },
    { what: 'in summer time', at: '2026-07-15T20:00:00Z', open: true },
    { what: 'in the night that has 25 hours', at: '2026-10-25T03:59:59Z', open: true },
    {
      what: 'on Fridays only',
      window: { schedule: '0 12 * * 5', duration: '60h' },
      at: '2026-11-22T23:59:59Z',
      open: true,
    },
    {
      what: 'without a zone',
      window: { schedule: '0 22 * * *', duration: '1h' },
      at: '2026-01-15T22:30:00Z',
      open: true,
    },
  ])('is open or not $what', ({ window = NIGHT, at, open }) => {
    expect(isWindowOpen(window, Date.parse(at))).toBe(open);
  });

  it.each([
    { what: 'six fields', window: { ...NIGHT, schedule: '0 0 22 * * *' } },
    { what: 'an hour that no day has', window: { ...NIGHT, schedule: '0 25 * * *' } },
    { what: 'a zone that nobody knows', window: { ...NIGHT, timeZone: 'Europe/Nowhere' } },
    { what: 'no time at all', window: { ...NIGHT, duration: '0' } },
    { what: 'a time that is none', window: { ...NIGHT, duration: 'soon' } },
  ])('with $what cannot be read', ({ window }) => {
    expect(windowFault(window)).toMatch(/^(Cannot read the schedule|cannot parse duration)/i);
    expect(() => isWindowOpen(window, 0)).toThrow(RangeError);
  });
});
