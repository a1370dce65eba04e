import yaml from 'js-yaml';
import { KustomizeError } from '../errors.ts';
import { resolvePlain } from './resolve.ts';
import type { YamlValue } from './value.ts';

const MAX_CHARACTERS = 32 * 1024 * 1024;

const plain = new yaml.Type('tag:yaml.org,2002:plain', {
  kind: 'scalar',
  resolve: (text: string | null) => text !== null && resolvePlain(text) !== text,
  construct: (text: string) => resolvePlain(text),
});

const typed = ['int', 'float', 'bool', 'null', 'timestamp'].map(
  (tag) =>
    new yaml.Type(`tag:yaml.org,2002:${tag}`, {
      kind: 'scalar',
      resolve: () => true,
      construct: (text: string) => resolvePlain(text),
    }),
);

const binary = new yaml.Type('tag:yaml.org,2002:binary', {
  kind: 'scalar',
  resolve: () => true,
  construct: (text: string) => Buffer.from(text, 'base64').toString(),
});

const merge = new yaml.Type('tag:yaml.org,2002:merge', {
  kind: 'scalar',
  resolve: (text: string | null) => text === '<<',
});

const SCHEMA = yaml.FAILSAFE_SCHEMA.extend({
  implicit: [plain, merge],
  explicit: [...typed, binary],
});

export interface ParseOptions {
  /** Takes the last of equal keys instead of refusing them. @default false */
  readonly lastKeyWins?: boolean;
}

/**
 * Every document of a stream as Kustomize reads it; empty documents are `null`.
 * @throws KustomizeError INVALID_YAML with the line
 */
export function parseDocuments(text: string, options: ParseOptions = {}): YamlValue[] {
  if (text.length > MAX_CHARACTERS) throw new KustomizeError('LIMIT', `The file is over ${MAX_CHARACTERS} characters`);
  try {
    const found: YamlValue[] = [];
    yaml.loadAll(text, (value) => found.push(value === undefined ? null : (value as YamlValue)), {
      schema: SCHEMA,
      json: options.lastKeyWins === true,
    });
    return found;
  } catch (error) {
    if (!(error instanceof yaml.YAMLException)) throw error;
    const mark = error.mark as { readonly line: number } | undefined;
    const line = mark === undefined ? {} : { line: mark.line + 1 };
    throw new KustomizeError('INVALID_YAML', error.reason, { ...line, cause: error });
  }
}
