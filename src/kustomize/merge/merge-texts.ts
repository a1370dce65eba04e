import { SchemaHolder } from '../accumulate/schema-holder.ts';
import { KustomizeError } from '../errors.ts';
import { emitDocument } from '../yaml/emit.ts';
import { parseDocuments } from '../yaml/parse.ts';
import { schemasInComments } from './comment-schemas.ts';
import { merge2 } from './merge2.ts';
import type { MergeOptions, Merged } from './merge2.ts';
import { merge3 } from './merge3.ts';
import type { ThreeWay } from './merge3.ts';

export interface MergeTextOptions {
  /** New items of lists that merge go before or after those that are there. @default 'append' */
  readonly direction?: 'prepend' | 'append';
  /** Takes lists of unknown kinds for keyed when their items look so. @default false */
  readonly inferKeys?: boolean;
}

/**
 * Merges a patch into a document, both YAML, as a strategic merge patch; the result has its keys sorted, and is empty
 * when nothing is left.
 * @throws KustomizeError INVALID_YAML, INVALID_PATCH
 */
export function mergePatch(patch: string, dest: string, options: MergeTextOptions = {}): string {
  const [from, to] = [parse(patch), parse(dest)];
  return print(merge2(from.value, to.value, mergeOptions(options, [to, from])));
}

/**
 * Brings what changed from `original` to `updated` into `dest`, which keeps its own changes; all YAML.
 * @throws KustomizeError INVALID_YAML, INVALID_PATCH
 */
export function mergeThreeWay(texts: ThreeWay<string>, options: MergeTextOptions = {}): string {
  const [dest, original, updated] = [parse(texts.dest), parse(texts.original), parse(texts.updated)];
  const values = { dest: dest.value, original: original.value, updated: updated.value };
  return print(merge3(values, mergeOptions(options, [dest, original, updated])));
}

interface Parsed {
  readonly value: Merged;
  readonly schemas: ReturnType<typeof schemasInComments>;
}

function parse(text: string): Parsed {
  const [value, ...others] = parseDocuments(text);
  if (others.length > 0) throw new KustomizeError('INVALID_YAML', 'Expected one document');
  return { value, schemas: schemasInComments(text, value) };
}

function mergeOptions(
  { direction = 'append', inferKeys = false }: MergeTextOptions,
  sources: readonly Parsed[],
): MergeOptions {
  return {
    schemaOf: new SchemaHolder().find,
    direction,
    inferKeys,
    schemaInComment: (map, key) =>
      sources.map(({ schemas }) => schemas.get(map)?.get(key)).find((schema) => schema !== undefined),
  };
}

function print(value: Merged): string {
  return value === undefined ? '' : emitDocument(value);
}
