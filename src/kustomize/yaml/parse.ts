import yaml from 'js-yaml';
import { KustomizeError } from '../errors.ts';
import { foldedBlockListener } from './folded.ts';
import { resolveLegacy, resolvePlain } from './resolve.ts';
import { ExactScalar, isMap } from './value.ts';
import type { YamlValue } from './value.ts';

const MAX_CHARACTERS = 32 * 1024 * 1024;
const MAX_NODES = 5_000_000;
const MAX_DEPTH = 256;
const TOO_DEEP = `The file is nested over ${MAX_DEPTH} levels deep, or contains itself`;

function plainType(resolve: typeof resolvePlain): yaml.Type {
  return new yaml.Type('tag:yaml.org,2002:plain', {
    kind: 'scalar',
    resolve: (text: string | null) => text !== null && resolve(text) !== text,
    construct: (text: string) => resolve(text),
  });
}

/** Which types of values a tag stands for. */
const TAGGED = {
  int: ['number', 'bigint'],
  float: ['number', 'bigint'],
  bool: ['boolean'],
  null: ['object'],
} as const;

const typed = Object.entries(TAGGED).map(
  ([tag, types]) =>
    new yaml.Type(`tag:yaml.org,2002:${tag}`, {
      kind: 'scalar',
      resolve: (text: string | null) => {
        const value = resolvePlain(text ?? '');
        return types.some((type) => type === typeof (value instanceof ExactScalar ? value.value : value));
      },
      construct: (text: string | null) => resolvePlain(text ?? ''),
    }),
);

const timestamp = new yaml.Type('tag:yaml.org,2002:timestamp', {
  kind: 'scalar',
  resolve: (text: string | null) => isTime(resolvePlain(text ?? '')),
  construct: (text: string) => resolvePlain(text),
});

function isTime(value: YamlValue): boolean {
  return value instanceof ExactScalar && typeof value.value === 'string';
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const binary = new yaml.Type('tag:yaml.org,2002:binary', {
  kind: 'scalar',
  resolve: (text: string | null) => BASE64.test((text ?? '').replace(/\s/g, '')),
  construct: (text: string | null) => Buffer.from(text ?? '', 'base64').toString(),
});

/** Tags of one's own say nothing. */
const others = (['scalar', 'sequence', 'mapping'] as const).map(
  (kind) => new yaml.Type('!', { kind, multi: true, construct: (value: unknown): unknown => value ?? '' }),
);

const merge = new yaml.Type('tag:yaml.org,2002:merge', {
  kind: 'scalar',
  resolve: (text: string | null) => text === '<<',
});

function schemaOf(resolve: typeof resolvePlain): yaml.Schema {
  return yaml.FAILSAFE_SCHEMA.extend({
    implicit: [plainType(resolve), merge],
    explicit: [...typed, timestamp, binary, ...others],
  });
}

const SCHEMA = schemaOf(resolvePlain);
const LEGACY_SCHEMA = schemaOf(resolveLegacy);

function load(text: string, options: ParseOptions): YamlValue[] {
  const found: YamlValue[] = [];
  const listener = options.isLegacy === true ? undefined : foldedBlockListener(text);
  const loadOptions = {
    schema: options.isLegacy === true ? LEGACY_SCHEMA : SCHEMA,
    json: options.lastKeyWins === true,
    maxDepth: MAX_DEPTH,
    ...(listener === undefined ? {} : { listener }),
  };
  yaml.loadAll(text, (value) => found.push(value === undefined ? null : (value as YamlValue)), loadOptions);
  return found;
}

/** Aliases count as often as they are used, so that a small file cannot become a huge object. */
function checkBounds(value: YamlValue, depth: number, bounds: { nodes: number }): void {
  if (typeof value !== 'object' || value === null || value instanceof ExactScalar) return;
  if (depth > MAX_DEPTH) throw new KustomizeError('LIMIT', TOO_DEEP);
  // Copying a map would take it for the map's own prototype, and lose it.
  if (Object.hasOwn(value, '__proto__')) throw new KustomizeError('INVALID_YAML', 'A field cannot be named __proto__');
  const children = Array.isArray(value) ? value : Object.values(value);
  bounds.nodes -= children.length;
  if (bounds.nodes < 0) throw new KustomizeError('LIMIT', `The file holds over ${MAX_NODES} values, aliases included`);
  for (const child of children) checkBounds(child, depth + 1, bounds);
}

/**
 * A block that ends with the file has no line break at its end when the file has none; the parser adds one. Changes
 * the last scalar of the document.
 */
function withoutEnd(value: YamlValue, text: string): YamlValue {
  if (typeof value === 'string') return value.endsWith('\n') && endsWithBlock(value, text) ? value.slice(0, -1) : value;
  if (Array.isArray(value)) {
    const last = value.at(-1);
    if (last !== undefined) value[value.length - 1] = withoutEnd(last, text);
  } else if (isMap(value)) {
    const key = Object.keys(value).at(-1);
    const last = key === undefined ? undefined : value[key];
    if (key !== undefined && last !== undefined) value[key] = withoutEnd(last, text);
  }
  return value;
}

/** Whether the last line of the file is of the value, and not that of a quoted text that has a line break escaped. */
function endsWithBlock(value: string, text: string): boolean {
  return value.trimEnd().endsWith(text.slice(text.lastIndexOf('\n') + 1).trim());
}

export interface ParseOptions {
  /** Takes the last of equal keys instead of refusing them. @default false */
  readonly lastKeyWins?: boolean;
  /** Reads plain scalars by YAML 1.1. @default false */
  readonly isLegacy?: boolean;
}

/**
 * Every document of a stream as Kustomize reads it; empty documents are `null`.
 * @throws KustomizeError INVALID_YAML with the line
 */
export function parseDocuments(text: string, options: ParseOptions = {}): YamlValue[] {
  if (text.length > MAX_CHARACTERS) throw new KustomizeError('LIMIT', `The file is over ${MAX_CHARACTERS} characters`);
  try {
    const found = load(text, options);
    const bounds = { nodes: MAX_NODES };
    for (const value of found) checkBounds(value, 0, bounds);
    if (text.endsWith('\n')) return found;
    return found.map((value, i) => (i < found.length - 1 ? value : withoutEnd(value, text)));
  } catch (error) {
    if (error instanceof RangeError) throw new KustomizeError('LIMIT', TOO_DEEP, { cause: error });
    if (!(error instanceof yaml.YAMLException)) throw error;
    if (error.reason.startsWith('nesting exceeded')) throw new KustomizeError('LIMIT', TOO_DEEP, { cause: error });
    const mark = error.mark as { readonly line: number } | undefined;
    const line = mark === undefined ? {} : { line: mark.line + 1 };
    throw new KustomizeError('INVALID_YAML', error.reason, { ...line, cause: error });
  }
}
