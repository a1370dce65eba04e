import { parseDocuments } from '../yaml/parse.ts';
import { emitDocument } from '../yaml/emit.ts';
import { isMap, toJson } from '../yaml/value.ts';
import type { YamlMap, YamlValue } from '../yaml/value.ts';
import { matchPath } from './match-path.ts';
import type { Slot } from './visit-field.ts';

/** The places within a text that holds JSON or YAML; `undefined` when it holds neither. */
export function openText(slot: Slot, steps: readonly string[]): readonly Slot[] | undefined {
  const text = slot.get();
  if (typeof text !== 'string') return undefined;
  const document = parse(text);
  if (document === undefined) return undefined;
  const write = (): void => slot.set(print(document, text));
  return matchPath(document, steps, { openText }).map((inner) => ({
    get: () => inner.get(),
    set(value) {
      inner.set(value);
      write();
    },
  }));
}

function parse(text: string): YamlMap | undefined {
  if (!text.includes('\n') && !text.trimStart().startsWith('{')) return undefined;
  try {
    const [document, ...others] = parseDocuments(text);
    return others.length === 0 && isMap(document) ? document : undefined;
  } catch {
    // Text that is no document is no structure to look into.
    return undefined;
  }
}

function print(document: YamlValue, before: string): string {
  return before.trimStart().startsWith('{') ? JSON.stringify(toJson(document)) : emitDocument(document);
}
