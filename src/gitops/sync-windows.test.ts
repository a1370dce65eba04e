import { describe, expect, it } from 'vitest';
import type { SyncWindow } from './app-project.ts';
import { canSync, matchingWindows, validateWindow } from './sync-windows.ts';

/** Thursday, half past ten in London and Lisbon alike. */
const NOW = Date.UTC(2026, 0, 15, 10, 30);
const SUBJECT = { application: 'web-dev', namespace: 'web', cluster: { server: 'https://dev', name: 'dev' } };

function window(kind: 'allow' | 'deny', schedule: string, more: SyncWindow = {}): SyncWindow {
  return { kind, schedule, duration: '1h', applications: ['*'], ...more };
}

describe('canSync', () => {
  it.each<{ reason: string; windows: readonly SyncWindow[]; manual?: boolean; startedAt?: number; allowed: boolean }>([
    { reason: 'no windows', windows: [], allowed: true },
    { reason: 'an open window', windows: [window('allow', '0 10 * * *')], allowed: true },
    { reason: 'a closed window', windows: [window('allow', '0 8 * * *')], allowed: false },
    {
      reason: 'a closed window, by hand',
      windows: [window('allow', '0 8 * * *', { manualSync: true })],
      manual: true,
      allowed: true,
    },
    { reason: 'a denial', windows: [window('deny', '0 10 * * *')], allowed: false },
    { reason: 'a denial that is over', windows: [window('deny', '0 8 * * *')], allowed: true },
    {
      reason: 'a denial within an open window',
      windows: [window('allow', '0 10 * * *'), window('deny', '0 10 * * 4')],
      allowed: false,
    },
    {
      reason: 'a denial, by hand',
      windows: [window('deny', '0 10 * * *', { manualSync: true })],
      manual: true,
      allowed: true,
    },
    {
      reason: 'two denials of which one lets hands through',
      windows: [window('deny', '0 10 * * *', { manualSync: true }), window('deny', '15 10 * * *')],
      manual: true,
      allowed: false,
    },
    {
      reason: 'a denial that lets finish what began before',
      windows: [window('deny', '0 10 * * *', { syncOverrun: true })],
      startedAt: NOW - 3_600_000,
      allowed: true,
    },
    {
      reason: 'a denial that lets finish, but it began within',
      windows: [window('deny', '0 10 * * *', { syncOverrun: true })],
      startedAt: NOW - 60_000,
      allowed: false,
    },
    {
      reason: 'a window of another time zone',
      windows: [window('allow', '0 5 * * *', { timeZone: 'America/New_York' })],
      allowed: true,
    },
  ])('says $allowed for $reason', ({ windows, manual = false, startedAt, allowed }) => {
    expect(canSync(windows, { now: NOW, manual, ...(startedAt === undefined ? {} : { startedAt }) })).toBe(allowed);
  });
});

describe('matchingWindows', () => {
  it.each<{ window: SyncWindow; matches: boolean }>([
    { window: { applications: ['web-*'] }, matches: true },
    { window: { clusters: ['dev'] }, matches: true },
    { window: { clusters: ['https://dev'] }, matches: true },
    { window: { namespaces: ['api'] }, matches: false },
    { window: { namespaces: ['api'], applications: ['web-dev'] }, matches: true },
    { window: { namespaces: ['api'], applications: ['web-dev'], andOperator: true }, matches: false },
    { window: {}, matches: false },
  ])('says $matches for $window', ({ window: own, matches }) => {
    expect(matchingWindows([own, null], SUBJECT)).toHaveLength(matches ? 1 : 0);
  });
});

describe('validateWindow', () => {
  it.each<SyncWindow>([
    { kind: 'maybe', schedule: '* * * * *', duration: '1h' },
    { kind: 'allow', schedule: '* * * *', duration: '1h' },
    { kind: 'allow', schedule: '* 25 * * *', duration: '1h' },
    { kind: 'allow', schedule: '* * * * 7', duration: '1h' },
    { kind: 'allow', schedule: '* * * * *', duration: '1000days' },
    { kind: 'allow', schedule: '* * * * *', duration: '1h', timeZone: 'Mars/Olympus' },
  ])('refuses %j', (own) => {
    expect(() => validateWindow(own)).toThrow(expect.objectContaining({ code: 'INVALID_SPEC' }));
  });
});
