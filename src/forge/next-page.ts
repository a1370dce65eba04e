import { ForgeError } from './errors.ts';

const NEXT = /<([^<>]*)>\s*;[^,<]*\brel="?next"?/;

/**
 * The query of the next page: GitLab's `x-next-page`, else the link `next` (RFC 8288), which is all that keyset pagination
 * and GitHub have. Of a link only the query is taken, so that it leads nowhere else.
 * @throws ForgeError `INVALID` for a header that cannot be read
 */
export function nextPageOf(headers: Headers, query: URLSearchParams): URLSearchParams | undefined {
  const number = headers.get('x-next-page') ?? '';
  if (!/^\d*$/.test(number)) throw new ForgeError('INVALID', 'Cannot read the answer of the forge: bad x-next-page');
  if (number !== '') {
    const next = new URLSearchParams(query);
    next.set('page', number);
    return next;
  }
  const target = NEXT.exec(headers.get('link') ?? '')?.[1];
  if (target === undefined) return undefined;
  const url = URL.parse(target, 'http://forge.invalid');
  if (url === null) throw new ForgeError('INVALID', 'Cannot read the answer of the forge: bad link to the next page');
  return url.searchParams;
}
