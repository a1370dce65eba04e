import { KustomizeError } from '../errors.ts';
import { nodesOf } from '../yaml/nodes.ts';
import { parseDocuments } from '../yaml/parse.ts';
import type { YamlMap } from '../yaml/value.ts';

/**
 * The objects that an entry of `generators`, `transformers` or `validators` holds itself; `undefined` when it is a path.
 * @throws KustomizeError INVALID_YAML, INVALID_RESOURCE for what can be no path either
 */
export function parseInline(entry: string): YamlMap[] | undefined {
  try {
    return nodesOf(parseDocuments(entry));
  } catch (error) {
    if (error instanceof KustomizeError && !entry.trim().includes('\n')) return undefined;
    throw error;
  }
}
