import { posix } from 'node:path';
import { YamlError, formatYaml, parseYaml } from '../../../core/index.ts';
import type { JsonValue } from '../../../core/index.ts';
import { normalizeName, slugify } from '../names.ts';
import type { TemplateFunction } from './evaluate.ts';
import { isList, isMap, toJsonValue } from './go-value.ts';
import type { GoValue } from './go-value.ts';
import { TemplateError } from './template-error.ts';
import { text, whole } from './text-functions.ts';

function document(value: GoValue): GoValue {
  try {
    return parseYaml(text(value))[0];
  } catch (error) {
    if (error instanceof YamlError) throw new TemplateError(`error converting YAML to JSON: yaml: ${error.message}`);
    throw error;
  }
}

/** How Go's decoder names what it found. */
function jsonType(value: GoValue): string {
  if (isList(value)) return 'array';
  if (isMap(value)) return 'object';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

function unfit(value: GoValue, wanted: string): TemplateError {
  const reason = `json: cannot unmarshal ${jsonType(value)} into Go value of type ${wanted}`;
  return new TemplateError(`error unmarshaling JSON: while decoding JSON: ${reason}`);
}

function fromYaml(value: GoValue): GoValue {
  const found = document(value);
  if (found === null || found === undefined) return {};
  if (!isMap(found)) throw unfit(found, 'map[string]interface {}');
  return found;
}

function fromYamlArray(value: GoValue): GoValue {
  const found = document(value);
  if (found === null || found === undefined) return [];
  if (!isList(found)) throw unfit(found, '[]interface {}');
  return found;
}

function parseJson(value: GoValue): GoValue {
  try {
    return JSON.parse(text(value)) as GoValue;
  } catch (error) {
    throw new TemplateError(`invalid JSON: ${error instanceof Error ? error.message : 'unreadable'}`);
  }
}

function fromJson(value: GoValue): GoValue {
  try {
    return parseJson(value);
  } catch {
    return undefined; // as upstream: only mustFromJson reports it
  }
}

function json(value: GoValue): string {
  return rawJson(value).replaceAll(
    /[<>&\u2028\u2029]/g,
    (found) => String.raw`\u` + (found.codePointAt(0) ?? 0).toString(16).padStart(4, '0'),
  );
}

function rawJson(value: GoValue): string {
  return JSON.stringify(toJsonValue(value));
}

function prettyJson(value: GoValue): string {
  return JSON.stringify(toJsonValue(value), undefined, 2);
}

function toYaml(value: GoValue): string {
  return formatYaml(toJsonValue(value) as JsonValue).replace(/\n$/, '');
}

/** `slugify [max [smart]] text` */
function slug(...values: readonly GoValue[]): string {
  const [max, smart] = values.length > 1 ? values : [];
  return slugify(text(values.at(-1)), {
    maxLength: max === undefined ? 50 : whole(max),
    ...(smart === undefined ? {} : { wholeWords: smart === true }),
  });
}

interface Version {
  readonly numbers: readonly number[];
  readonly pre: string;
  readonly metadata: string;
  readonly given: string;
}

function version(value: GoValue): Version {
  const match = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([\w.-]+))?(?:\+([\w.-]+))?$/.exec(text(value));
  if (match === null) throw new TemplateError('Invalid Semantic Version');
  const [given, major = '0', minor = '0', patch = '0', pre = '', metadata = ''] = match;
  return { numbers: [major, minor, patch].map(Number), pre, metadata, given };
}

function order(a: Version, b: Version): number {
  for (const [index, number] of a.numbers.entries()) {
    const difference = number - (b.numbers[index] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  if (a.pre === b.pre) return 0;
  if (a.pre === '' || b.pre === '') return a.pre === '' ? 1 : -1;
  return a.pre < b.pre ? -1 : 1;
}

function satisfies(constraint: string, given: Version): boolean {
  const match = /^(?<operator>[=!<>~^]*)\s*(?<rest>.+)$/.exec(constraint.trim());
  const rest = match?.groups?.['rest'] ?? '';
  const parts = rest
    .replace(/^v/, '')
    .split(/[.-]/)
    .filter((part) => !/^[xX*]$/.test(part)).length;
  const wanted = version(rest.replaceAll(/\.[xX*]/g, '').replace(/^[xX*]$/, '0'));
  if (given.pre !== '' && wanted.pre === '') return false;
  const operator = match?.groups?.['operator'] ?? '';
  const compared = COMPARISONS[operator];
  if (compared !== undefined) return compared(order(given, wanted));
  return order(given, wanted) >= 0 && sameNumbers(given, wanted, significant(operator, { rest, parts, wanted }));
}

const COMPARISONS: Readonly<Record<string, (compared: number) => boolean>> = {
  '>': (compared) => compared > 0,
  '>=': (compared) => compared >= 0,
  '=>': (compared) => compared >= 0,
  '<': (compared) => compared < 0,
  '<=': (compared) => compared <= 0,
  '=<': (compared) => compared <= 0,
  '!=': (compared) => compared !== 0,
};

function sameNumbers(a: Version, b: Version, count: number): boolean {
  return a.numbers.slice(0, count).every((number, index) => number === b.numbers[index]);
}

interface Bound {
  readonly rest: string;
  readonly parts: number;
  readonly wanted: Version;
}

/** How many numbers a range keeps: `~1.2` two, `^0.3` two, `1.x` one. */
function significant(operator: string, { rest, parts, wanted }: Bound): number {
  if (operator.startsWith('~')) return Math.min(2, parts);
  if (operator === '^') return wanted.numbers.findIndex((number) => number > 0) + 1 || 3;
  return /^[xX*]$/.test(rest) ? 0 : parts;
}

function compareVersions(constraint: GoValue, value: GoValue): boolean {
  const given = version(value);
  return text(constraint)
    .split('||')
    .some((alternative) =>
      alternative
        .replaceAll(/([=!<>~^])\s+/g, '$1')
        .split(/[\s,]+/)
        .filter((part) => part !== '')
        .every((part) => satisfies(part, given)),
    );
}

function semver(value: GoValue): GoValue {
  const { numbers, pre, metadata, given } = version(value);
  const [Major, Minor, Patch] = numbers.map(BigInt);
  return { Major, Minor, Patch, Prerelease: pre, Metadata: metadata, Original: given };
}

function parseUrl(value: GoValue): GoValue {
  try {
    const url = new URL(text(value));
    const credentials = url.password === '' ? url.username : `${url.username}:${url.password}`;
    return {
      scheme: url.protocol.slice(0, -1),
      host: url.host,
      hostname: url.hostname,
      path: url.pathname === '/' && !text(value).endsWith('/') ? '' : url.pathname,
      query: url.search.slice(1),
      opaque: '',
      fragment: url.hash.slice(1),
      userinfo: credentials,
    };
  } catch {
    throw new TemplateError('unable to parse url');
  }
}

function joinUrl(value: GoValue): string {
  if (!isMap(value)) throw new TemplateError('urlJoin needs a dictionary');
  const part = (name: string): string => text(value[name]);
  const user = part('userinfo') === '' ? '' : `${part('userinfo')}@`;
  const query = part('query') === '' ? '' : `?${part('query')}`;
  const fragment = part('fragment') === '' ? '' : `#${part('fragment')}`;
  return `${part('scheme')}://${user}${part('host')}${part('path')}${query}${fragment}`;
}

/** Documents, versions, addresses, paths and names, by name: Sprig's and Argo CD's own. */
export const DOCUMENT_FUNCTIONS: Readonly<Record<string, TemplateFunction>> = {
  base: (value) => (text(value) === '' ? '.' : posix.basename(text(value)) || '/'),
  clean: (value) => posix.normalize(text(value)).replace(/(?<=.)\/$/, ''),
  dir: (value) => posix.dirname(text(value)),
  ext: (value) => posix.extname(text(value)),
  isAbs: (value) => posix.isAbsolute(text(value)),
  osBase: (value) => posix.basename(text(value)),
  osClean: (value) => posix.normalize(text(value)),
  osDir: (value) => posix.dirname(text(value)),
  osExt: (value) => posix.extname(text(value)),
  osIsAbs: (value) => posix.isAbsolute(text(value)),
  fromJson,
  fromYaml,
  fromYamlArray,
  mustFromJson: parseJson,
  mustToJson: json,
  mustToPrettyJson: prettyJson,
  mustToRawJson: rawJson,
  normalize: (value) => normalizeName(text(value)),
  semver,
  semverCompare: compareVersions,
  slugify: slug,
  toJson: json,
  toPrettyJson: prettyJson,
  toRawJson: rawJson,
  toYaml,
  urlJoin: joinUrl,
  urlParse: parseUrl,
};
