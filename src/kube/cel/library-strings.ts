import type { Environment } from '@marcbachmann/cel-js';
import { RE2JS } from 're2js';
import { formatText } from './format-text.ts';
import { addNamespace } from './namespace.ts';

const SYNC = { async: false };
/** The longest text that a function makes, in UTF-16 units. */
const MAX_TEXT = 8_000_000;
/** In place of `matches`, whose own regular expressions are JavaScript's: they can take for ever. */
export const MATCHES = 'matchesRe2';

/** The functions on texts that Kubernetes adds. */
export function addStrings(environment: Environment): void {
  environment
    .registerFunction(
      `string.${MATCHES}(string): bool`,
      (text: string, pattern: string) => matches(text, pattern),
      SYNC,
    )
    .registerFunction(
      `${MATCHES}(string, string): bool`,
      (text: string, pattern: string) => matches(text, pattern),
      SYNC,
    )
    .registerFunction(
      'string.find(string): string',
      (text: string, pattern: string) => found(text, pattern, 1)[0] ?? '',
      SYNC,
    )
    .registerFunction(
      'string.findAll(string): list<string>',
      (text: string, pattern: string) => found(text, pattern, -1),
      SYNC,
    )
    .registerFunction(
      'string.findAll(string, int): list<string>',
      (text: string, pattern: string, limit: bigint) => found(text, pattern, Number(limit)),
      SYNC,
    )
    .registerFunction(
      'string.replace(string, string): string',
      (text: string, old: string, by: string) => replace(text, old, by),
      SYNC,
    )
    .registerFunction(
      'string.replace(string, string, int): string',
      // eslint-disable-next-line max-params -- the receiver and its three arguments
      (text: string, old: string, by: string, limit: bigint) => replace(text, old, { by, limit: Number(limit) }),
      SYNC,
    )
    .registerFunction('string.charAt(int): string', charAt, SYNC)
    .registerFunction('string.format(list): string', formatText, SYNC);
  const strings = addNamespace(environment, 'strings');
  environment.registerFunction(
    `${strings}.quote(string): string`,
    (_strings: unknown, text: string) => JSON.stringify(text),
    SYNC,
  );
}

const compiled = new Map<string, RE2JS>();
const MAX_KEPT = 1_000;

/** @throws Error for a pattern that is none */
export function regularExpression(pattern: string): RE2JS {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  if (compiled.size >= MAX_KEPT) compiled.clear();
  const expression = RE2JS.compile(pattern);
  compiled.set(pattern, expression);
  return expression;
}

function matches(text: string, pattern: string): boolean {
  return regularExpression(pattern).matcher(text).find();
}

/** All finds when `limit` is negative. */
function found(text: string, pattern: string, limit: number): readonly string[] {
  const matcher = regularExpression(pattern).matcher(text);
  const finds: string[] = [];
  while ((limit < 0 || finds.length < limit) && matcher.find()) finds.push(matcher.group() ?? '');
  return finds;
}

function replace(text: string, old: string, how: string | { readonly by: string; readonly limit: number }): string {
  const { by, limit } = typeof how === 'string' ? { by: how, limit: -1 } : how;
  const parts = text.split(old);
  const turns = limit < 0 ? parts.length - 1 : Math.min(limit, parts.length - 1);
  if (text.length + turns * by.length > MAX_TEXT) throw new Error('replace: the result is too long');
  const [first = '', ...others] = parts;
  return others.reduce((done, part, index) => done + (index < turns ? by : old) + part, first);
}

function charAt(text: string, index: bigint): string {
  const characters = Array.from(text);
  if (index < 0n || index > BigInt(characters.length)) throw new Error(`charAt: index out of range: ${index}`);
  return characters[Number(index)] ?? '';
}
