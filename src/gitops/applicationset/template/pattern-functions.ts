import type { TemplateFunction } from './evaluate.ts';
import type { GoValue } from './go-value.ts';
import { TemplateError } from './template-error.ts';
import { text, whole } from './text-functions.ts';

const MAX_PATTERN = 500;
const MAX_SUBJECT = 20_000;
/** A repetition inside a repetition: what takes Go's engine no longer, can take this one for ever. */
const NESTED = /\((?:[^()\\]|\\.)*[+*}](?:[^()\\]|\\.)*\)[+*{]/;

function pattern(source: GoValue, flags = 'u'): RegExp {
  const given = text(source);
  if (given.length > MAX_PATTERN || NESTED.test(given))
    throw new TemplateError(`error parsing regexp: not allowed: ${given}`);
  const inline = /^\(\?([ims]+)\)/.exec(given);
  const body = given.slice(inline?.[0].length ?? 0).replaceAll('(?P<', '(?<');
  try {
    return new RegExp(translateClasses(body), flags + (inline?.[1] ?? ''));
  } catch (error) {
    throw new TemplateError(`error parsing regexp: ${error instanceof Error ? error.message : given}`);
  }
}

const CLASSES: Readonly<Record<string, string>> = {
  alpha: 'a-zA-Z',
  digit: '0-9',
  alnum: 'a-zA-Z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: String.raw`\s`,
  punct: String.raw`!-\/:-@\[-\`{-~`,
  word: String.raw`\w`,
};

/** Go's classes, and escapes that it takes and strict JavaScript does not. */
function translateClasses(body: string): string {
  return body
    .replaceAll(/\[:(\w+):\]/g, (found, name: string) => CLASSES[name] ?? found)
    .replaceAll(/\\(?<escaped>[^\w\s^$\\.*+?()[\]{}|/-])/g, '$<escaped>')
    .replaceAll(String.raw`\A`, '^')
    .replaceAll(String.raw`\z`, '$');
}

function subject(value: GoValue): string {
  const given = text(value);
  if (given.length > MAX_SUBJECT) throw new TemplateError('the text is too long for a regular expression');
  return given;
}

function findAll(source: GoValue, value: GoValue, count: GoValue): readonly string[] {
  const found = [...subject(value).matchAll(pattern(source, 'gu'))].map(([match]) => match);
  return whole(count) < 0 ? found : found.slice(0, whole(count));
}

/** `$1`, `${1}` and `${name}` of Go as those of JavaScript. */
function replacement(value: GoValue): string {
  return text(value)
    .replaceAll(
      /\$\{(\d+)\}|\$(\d+)/g,
      (_, braced: string | undefined, plain: string | undefined) => `$${braced ?? plain ?? ''}`,
    )
    .replaceAll(/\$\{([a-zA-Z_]\w*)\}/g, (_, name: string) => `$<${name}>`);
}

function split(source: GoValue, value: GoValue, count: GoValue): readonly string[] {
  const parts = subject(value).split(pattern(source));
  const limit = whole(count);
  if (limit < 0 || parts.length <= limit) return parts;
  const found = [...subject(value).matchAll(pattern(source, 'gu'))][limit - 2];
  const rest = found === undefined ? 0 : found.index + found[0].length;
  return [...parts.slice(0, limit - 1), subject(value).slice(rest)];
}

const FUNCTIONS: Readonly<Record<string, TemplateFunction>> = {
  regexMatch: (source, value) => pattern(source).test(subject(value)),
  regexFind: (source, value) => pattern(source).exec(subject(value))?.[0] ?? '',
  regexFindAll: findAll,
  regexReplaceAll: (source, value, by) => subject(value).replaceAll(pattern(source, 'gu'), replacement(by)),
  regexReplaceAllLiteral: (source, value, by) => subject(value).replaceAll(pattern(source, 'gu'), () => text(by)),
  regexSplit: split,
};

/** Sprig's regular expressions, each also under its `must` name; all of them report what they cannot read. */
export const PATTERN_FUNCTIONS: Readonly<Record<string, TemplateFunction>> = {
  ...FUNCTIONS,
  ...Object.fromEntries(
    Object.entries(FUNCTIONS).map(([name, work]) => [`must${name.charAt(0).toUpperCase()}${name.slice(1)}`, work]),
  ),
  regexQuoteMeta: (value) => text(value).replaceAll(/[\\.+*?()|[\]{}^$]/g, String.raw`\$&`),
};
