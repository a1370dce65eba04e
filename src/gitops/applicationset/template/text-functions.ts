import { createHash } from 'node:crypto';
import type { TemplateFunction } from './evaluate.ts';
import { formatValue, isList } from './go-value.ts';
import type { GoValue } from './go-value.ts';
import { TemplateError } from './template-error.ts';

const MAX_TEXT = 1024 * 1024;

export function text(value: GoValue): string {
  return value === undefined || value === null ? '' : formatValue(value);
}

/** A whole number from whatever holds one, 0 from what does not. */
export function whole(value: GoValue): number {
  if (typeof value === 'boolean') return Number(value);
  const number = Math.trunc(Number(value ?? 0));
  return Number.isFinite(number) ? number : 0;
}

export function texts(value: GoValue): readonly string[] {
  if (isList(value)) return value.filter((item) => item !== undefined && item !== null).map(text);
  return value === undefined || value === null ? [] : [text(value)];
}

function bounded(length: number): void {
  if (length > MAX_TEXT) throw new TemplateError('the text would be too large');
}

function repeat(count: GoValue, value: GoValue): string {
  bounded(text(value).length * whole(count));
  return text(value).repeat(Math.max(0, whole(count)));
}

function indent(spaces: GoValue, value: GoValue): string {
  const margin = repeat(spaces, ' ');
  const lines = text(value).split('\n');
  bounded(margin.length * lines.length);
  return lines.map((line) => margin + line).join('\n');
}

function trunc(length: GoValue, value: GoValue): string {
  const [count, given] = [whole(length), text(value)];
  if (count >= 0) return given.slice(0, count);
  return given.length + count > 0 ? given.slice(count) : given;
}

function substr(from: GoValue, to: GoValue, value: GoValue): string {
  const [start, end, given] = [whole(from), whole(to), text(value)];
  if (start < 0) return given.slice(0, Math.max(0, end));
  return end < 0 || end > given.length ? given.slice(start) : given.slice(start, end);
}

function trimAll(cutset: GoValue, value: GoValue): string {
  const cut = new Set(text(cutset));
  const characters = Array.from(text(value));
  const start = characters.findIndex((character) => !cut.has(character));
  const end = characters.findLastIndex((character) => !cut.has(character));
  return start < 0 ? '' : characters.slice(start, end + 1).join('');
}

function abbreviate(width: GoValue, value: GoValue): string {
  const [count, given] = [whole(width), text(value)];
  return count < 4 || given.length <= count ? given : `${given.slice(0, count - 3)}...`;
}

function words(value: GoValue): readonly string[] {
  return text(value)
    .replaceAll(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
    .replaceAll(/(\p{Lu}+)(\p{Lu}\p{Ll})/gu, '$1 $2')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
const title = (value: GoValue): string =>
  text(value).replaceAll(/(?<![\p{L}\p{N}_'])\p{L}/gu, (letter) => letter.toUpperCase());

function swapCase(value: GoValue): string {
  const swap = (letter: string): string =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
  return Array.from(text(value), swap).join('');
}

function wrap(width: GoValue, value: GoValue, newline = '\n'): string {
  const limit = Math.max(1, whole(width));
  const lines: string[] = [];
  for (const word of text(value).split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length + 1 > limit) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.join(newline);
}

function numbered(parts: readonly string[]): GoValue {
  return Object.fromEntries(parts.map((part, index) => [`_${index}`, part]));
}

function splitAtMost(separator: GoValue, count: GoValue, value: GoValue): GoValue {
  const parts = text(value).split(text(separator));
  const limit = Math.max(1, whole(count));
  const kept =
    parts.length <= limit ? parts : [...parts.slice(0, limit - 1), parts.slice(limit - 1).join(text(separator))];
  return numbered(kept);
}

function hash(algorithm: string): TemplateFunction {
  return (value) => createHash(algorithm).update(text(value)).digest('hex');
}

function adler32(value: GoValue): string {
  let [low, high] = [1, 0];
  for (const byte of Buffer.from(text(value))) {
    low = (low + byte) % 65_521;
    high = (high + low) % 65_521;
  }
  return String(high * 65_536 + low);
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function toBase32(value: GoValue): string {
  const bits = [...Buffer.from(text(value))].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const digits = bits.match(/.{1,5}/g) ?? [];
  const encoded = digits.map((group) => BASE32.charAt(Number.parseInt(group.padEnd(5, '0'), 2))).join('');
  return encoded.padEnd(Math.ceil(encoded.length / 8) * 8, '=');
}

function fromBase32(value: GoValue): string {
  const digits = Array.from(text(value).replace(/=+$/, ''), (digit) => BASE32.indexOf(digit));
  if (digits.includes(-1)) throw new TemplateError('illegal base32 data');
  const bits = digits.map((digit) => digit.toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2))).toString();
}

function plural(one: GoValue, many: GoValue, count: GoValue): GoValue {
  return whole(count) === 1 ? one : many;
}

/** Sprig's functions of text, by name. */
export const TEXT_FUNCTIONS: Readonly<Record<string, TemplateFunction>> = {
  abbrev: abbreviate,
  abbrevboth: (_, width, value) => abbreviate(width, value),
  adler32sum: adler32,
  b32dec: fromBase32,
  b32enc: toBase32,
  b64dec: (value) => Buffer.from(text(value), 'base64').toString(),
  b64enc: (value) => Buffer.from(text(value)).toString('base64'),
  camelcase: (value) =>
    words(value)
      .map((word) => capital(word.toLowerCase()))
      .join(''),
  cat: (...values) =>
    values
      .filter((value) => value !== undefined)
      .map(text)
      .join(' '),
  contains: (part, value) => text(value).includes(text(part)),
  hasPrefix: (part, value) => text(value).startsWith(text(part)),
  hasSuffix: (part, value) => text(value).endsWith(text(part)),
  indent,
  initials: (value) =>
    text(value)
      .split(/\s+/)
      .map((word) => word.charAt(0))
      .join(''),
  join: (separator, value) => texts(value).join(text(separator)),
  kebabcase: (value) => words(value).join('-').toLowerCase(),
  lower: (value) => text(value).toLowerCase(),
  nindent: (spaces, value) => `\n${indent(spaces, value)}`,
  nospace: (value) => text(value).replaceAll(/\s/g, ''),
  plural,
  quote: (...values) =>
    values
      .filter((value) => value !== undefined)
      .map((value) => JSON.stringify(text(value)))
      .join(' '),
  repeat,
  replace: (from, to, value) => text(value).replaceAll(text(from), () => text(to)),
  sha1sum: hash('sha1'),
  sha256sum: hash('sha256'),
  sha512sum: hash('sha512'),
  snakecase: (value) => words(value).join('_').toLowerCase(),
  sortAlpha: (value) => [...texts(value)].sort(),
  split: (separator, value) => numbered(text(value).split(text(separator))),
  splitList: (separator, value) => text(value).split(text(separator)),
  splitn: splitAtMost,
  squote: (...values) =>
    values
      .filter((value) => value !== undefined)
      .map((value) => `'${text(value)}'`)
      .join(' '),
  substr,
  swapcase: swapCase,
  title,
  toString: text,
  toStrings: texts,
  trim: (value) => text(value).trim(),
  trimAll,
  trimall: trimAll,
  trimPrefix: (part, value) =>
    text(value).startsWith(text(part)) ? text(value).slice(text(part).length) : text(value),
  trimSuffix: (part, value) =>
    text(part) !== '' && text(value).endsWith(text(part)) ? text(value).slice(0, -text(part).length) : text(value),
  trunc,
  untitle: (value) => text(value).replaceAll(/(?<![\p{L}\p{N}_])\p{L}/gu, (letter) => letter.toLowerCase()),
  upper: (value) => text(value).toUpperCase(),
  wrap: (width, value) => wrap(width, value),
  wrapWith: (width, newline, value) => wrap(width, value, text(newline)),
};
