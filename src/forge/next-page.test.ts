import { describe, expect, it } from 'vitest';
import { nextPageOf } from './next-page.ts';

const query = new URLSearchParams('state=all&per_page=100');
const next = (headers: Record<string, string>): string | undefined =>
  nextPageOf(new Headers(headers), query)?.toString();

describe(nextPageOf, () => {
  it.each([
    { reason: 'a number', headers: { 'x-next-page': '3' }, expected: 'state=all&per_page=100&page=3' },
    {
      reason: 'a link, of which only the query counts',
      headers: {
        link: '<https://elsewhere.example/x?page=1>; rel="prev", <https://elsewhere.example/x?page=3>; rel="next"',
      },
      expected: 'page=3',
    },
    { reason: 'a cursor', headers: { link: '<https://x/y?cursor=eyJ9>; rel=next' }, expected: 'cursor=eyJ9' },
    { reason: 'a relative link', headers: { link: '</x?page=2>; rel="next"' }, expected: 'page=2' },
    { reason: 'the last page by number', headers: { 'x-next-page': '' }, expected: undefined },
    { reason: 'the last page by link', headers: { link: '<https://x/y?page=1>; rel="prev"' }, expected: undefined },
    { reason: 'nothing', headers: {}, expected: undefined },
  ])('is $expected for $reason', ({ headers, expected }) => {
    expect(next(headers as Record<string, string>)).toBe(expected);
  });

  it.each([
    { reason: 'a number that is none', headers: { 'x-next-page': '2&x=1' } },
    { reason: 'a link that is none', headers: { link: '<http://[>; rel="next"' } },
  ])('refuses $reason', ({ headers }) => {
    expect(() => next(headers as Record<string, string>)).toThrow(
      expect.objectContaining({ code: 'INVALID' }) as Error,
    );
  });
});
