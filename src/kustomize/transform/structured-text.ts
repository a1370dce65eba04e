import { parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { goPrettyJson, goJson } from '../generate/hash.ts';
import { parseDocuments } from '../yaml/parse.ts';
import { isMap, isText, textOf } from '../yaml/value.ts';
import type { YamlMap, YamlValue } from '../yaml/value.ts';
import { matchPath } from './match-path.ts';
import { writeChanges } from './write-changes.ts';
import type { Slot } from './visit-field.ts';

/** The places within a text that holds JSON or YAML; `undefined` when it holds neither. */
export function openText(slot: Slot, steps: readonly string[]): readonly Slot[] | undefined {
  const value = slot.get();
  if (!isText(value)) return undefined;
  const text = textOf(value);
  const document = parse(text);
  if (document === undefined) return undefined;
  return matchPath(document, steps, { openText }).map((inner) => ({
    get: () => inner.get(),
    set(value) {
      inner.set(value);
      slot.set(print(document, text));
    },
  }));
}

function parse(text: string): YamlMap | YamlValue[] | undefined {
  if (!text.includes(':') && !isJson(text)) return undefined;
  try {
    const [document, ...others] = parseDocuments(text);
    return others.length === 0 && (isMap(document) || Array.isArray(document)) ? document : undefined;
  } catch {
    // Text that is no document is no structure to look into.
    return undefined;
  }
}

function isJson(text: string): boolean {
  const start = text.trimStart().charAt(0);
  return start === '{' || start === '[';
}

/** JSON is printed anew, keys sorted; YAML keeps its order, quotes and comments. */
function print(document: YamlValue, before: string): string {
  if (isJson(before)) return before.includes('\n') && before.includes('  ') ? goPrettyJson(document) : goJson(document);
  const original: Document = parseDocument(before);
  writeChanges(original, document);
  return original.toString({ lineWidth: 0, indentSeq: false, flowCollectionPadding: false }).trim();
}
