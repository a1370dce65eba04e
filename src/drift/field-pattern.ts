import type { JsonValue } from '../core/index.ts';
import type { FieldPath, Item, Step } from './field-path.ts';

type PatternStep =
  | { readonly name: RegExp }
  | { readonly any: true }
  | { readonly key: string; readonly value: RegExp }
  | { readonly index: number };

/** Names fields: a field, and everything below it. */
export type FieldPattern = readonly PatternStep[];

const TOKENS = /(?:^|\.)([\w*-]+)|\["([^"\\]{1,317})"\]|\[(\*)\]|\[([\w-]+)=([^\]]{0,253})\]|\[(\d{1,4})\]/y;

/**
 * `spec.replicas`, `metadata.annotations["example.com/*"]`, `webhooks[*].clientConfig`, `containers[name=main].image`; a `*` in
 * a name or a value stands for any text.
 * @returns undefined for text that is no pattern
 */
export function parseFieldPattern(text: string): FieldPattern | undefined {
  const steps: PatternStep[] = [];
  const tokens = new RegExp(TOKENS);
  while (tokens.lastIndex < text.length) {
    const match = tokens.exec(text);
    if (match === null) return undefined;
    steps.push(stepOf(match));
  }
  return steps.length === 0 ? undefined : steps;
}

function stepOf([, name, quoted, any, key, value = '', index]: RegExpExecArray): PatternStep {
  if (any !== undefined) return { any: true };
  if (key !== undefined) return { key, value: wildcard(value) };
  return index === undefined ? { name: wildcard(name ?? quoted ?? '') } : { index: Number(index) };
}

/** Text in which `*` stands for any run of characters. */
export function wildcard(text: string): RegExp {
  const parts = text.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}

/** Whether the pattern names the field at `path`, or something that it is a part of. */
export function covers(pattern: FieldPattern, path: FieldPath): boolean {
  return pattern.length <= path.length && pattern.every((step, index) => fits(step, path[index] ?? ''));
}

function fits(pattern: PatternStep, step: Step): boolean {
  if ('any' in pattern) return typeof step !== 'string';
  if ('name' in pattern) return typeof step === 'string' && pattern.name.test(step);
  return typeof step !== 'string' && fitsItem(pattern, step);
}

function fitsItem(
  pattern: Exclude<PatternStep, { readonly any: true } | { readonly name: RegExp }>,
  item: Item,
): boolean {
  if ('index' in pattern) return 'index' in item && item.index === pattern.index;
  const value: JsonValue | undefined = 'keys' in item ? item.keys[pattern.key] : undefined;
  return value !== undefined && pattern.value.test(typeof value === 'string' ? value : JSON.stringify(value));
}

/** An RFC 6901 pointer as a pattern; a number may be the name of a member, too, and any item of a list that has keys. */
export function patternOfPointer(pointer: string): FieldPattern | undefined {
  if (!pointer.startsWith('/')) return undefined;
  const names = pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return names.map((name): PatternStep => (/^\d+$/.test(name) ? { any: true } : { name: exactly(name) }));
}

function exactly(text: string): RegExp {
  return new RegExp(`^${text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')}$`);
}

/**
 * A jq path in the form that ignore rules mostly have: members, `[]`, and `select(.key == "value")`.
 * @returns undefined for anything else, which is not understood
 */
export function patternOfJq(expression: string): FieldPattern | undefined {
  const steps: PatternStep[] = [];
  const tokens =
    /\.?\["([^"\\]+)"\]|\."([^"\\]+)"|\.([A-Za-z_]\w*)|\.?\[\]\s*\|\s*select\(\s*\.(\w+)\s*==\s*"([^"\\]*)"\s*\)\s*(?:\|\s*)?|\.?(\[\])/y;
  while (tokens.lastIndex < expression.length) {
    const match = tokens.exec(expression);
    if (match === null) return undefined;
    const [, bracketed, quoted, name, key, value = ''] = match;
    const member = bracketed ?? quoted ?? name;
    if (member !== undefined) steps.push({ name: exactly(member) });
    else steps.push(key === undefined ? { any: true } : { key, value: exactly(value) });
  }
  return steps.length === 0 ? undefined : steps;
}
