const MAX_NAME = 253;

/** A name made fit for Kubernetes: lower case, hyphens and dots, at most 253 characters. */
export function normalizeName(name: string): string {
  const allowed = name.toLowerCase().replaceAll(/[^-a-z0-9.]/g, '-');
  return allowed.slice(0, MAX_NAME).replaceAll(/^[-.]+|[-.]+$/g, '');
}

export interface SlugOptions {
  /** In characters. */
  readonly maxLength: number;
  /** Cut between words only. @default true */
  readonly wholeWords?: boolean;
}

/** Text made fit for an address: words in lower case, joined by hyphens. */
export function slugify(text: string, { maxLength, wholeWords = true }: SlugOptions): string {
  const plain = text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
  const slug = plain
    .replaceAll('&', '-and-')
    .replaceAll('@', '-at-')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  if (maxLength <= 0 || slug.length <= maxLength) return slug;
  if (!wholeWords) return slug.slice(0, maxLength).replace(/-+$/, '');
  const cut = slug.lastIndexOf('-', maxLength);
  return cut <= 0 ? slug.slice(0, maxLength) : slug.slice(0, cut);
}
