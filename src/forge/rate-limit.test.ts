import { describe, expect, it } from 'vitest';
import { waitOf } from './rate-limit.ts';

const NOW = Date.UTC(2026, 0, 15, 9);

describe(waitOf, () => {
  it.each([
    { reason: 'GitLab', status: 429, headers: { 'retry-after': '7' }, seconds: 7 },
    { reason: 'a date', status: 429, headers: { 'retry-after': 'Thu, 15 Jan 2026 09:00:05 GMT' }, seconds: 5 },
    {
      reason: 'a date that is over',
      status: 429,
      headers: { 'retry-after': 'Thu, 15 Jan 2026 08:00:00 GMT' },
      seconds: 0,
    },
    { reason: 'nonsense', status: 429, headers: { 'retry-after': 'soon' }, seconds: 0 },
    {
      reason: 'the primary limit of GitHub',
      status: 403,
      headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW / 1000 + 90) },
      seconds: 90,
    },
    {
      reason: 'a limit that is just over',
      status: 403,
      headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW / 1000 - 9) },
      seconds: 1,
    },
    { reason: 'a secondary limit', status: 403, headers: { 'retry-after': '30' }, seconds: 30 },
    {
      reason: 'a secondary limit that only the text tells of',
      status: 403,
      headers: { 'x-ratelimit-remaining': '4000' },
      text: 'You have exceeded a secondary rate limit.',
      seconds: 60,
    },
    {
      reason: 'the headers of GitLab without retry-after',
      status: 429,
      headers: { 'ratelimit-remaining': '0', 'ratelimit-reset': String(NOW / 1000 + 3) },
      seconds: 3,
    },
  ])('is $seconds s for $reason', ({ status, headers, seconds, text = '' }) => {
    const answer = { status, headers: new Headers(headers), reason: text, now: NOW };

    expect(waitOf(answer)).toEqual({ isLimit: true, seconds });
  });

  it.each([
    { reason: 'no right', status: 403, headers: { 'x-ratelimit-remaining': '10' }, seconds: 0 },
    { reason: 'a maintenance', status: 503, headers: { 'retry-after': '20' }, seconds: 20 },
  ])('is no limit, but $reason', ({ status, headers, seconds }) => {
    const answer = { status, headers: new Headers(headers), reason: '', now: NOW };

    expect(waitOf(answer)).toEqual({ isLimit: false, seconds });
  });
});
