import { isMap as isMapNode, isPair, isScalar as isScalarNode, isSeq } from 'yaml';
import type { Document, YAMLMap, YAMLSeq } from 'yaml';
import { isMap, textOf, toJson } from '../yaml/value.ts';
import type { YamlMap, YamlValue } from '../yaml/value.ts';

/** Changes the document to hold `value`; what is equal already stays as it is written. */
export function writeChanges(document: Document, value: YamlValue): void {
  document.contents = changed(document, document.contents, value) as typeof document.contents;
}

function changed(document: Document, node: unknown, value: YamlValue): unknown {
  if (isMapNode(node) && isMap(value)) return changedMap(document, node, value);
  if (isSeq(node) && Array.isArray(value)) return changedList(document, node, value);
  if (isScalarNode(node) && !isMap(value) && !Array.isArray(value)) {
    if (!sameScalar(node.value, value)) node.value = toJson(value);
    return node;
  }
  return document.createNode(toJson(value));
}

function sameScalar(before: unknown, value: YamlValue): boolean {
  const plain = toJson(value);
  return Object.is(before, plain) || (typeof before !== 'string' && String(before) === textOf(value));
}

function changedMap(document: Document, node: YAMLMap, value: YamlMap): YAMLMap {
  const seen = new Set<string>();
  for (const pair of node.items) {
    if (!isPair(pair)) continue;
    const key = isScalarNode(pair.key) ? String(pair.key.value) : String(pair.key);
    seen.add(key);
    const field = value[key];
    if (field !== undefined) pair.value = changed(document, pair.value, field);
  }
  for (const key of Object.keys(value))
    if (!seen.has(key)) node.set(key, document.createNode(toJson(value[key] ?? null)));
  return node;
}

function changedList(document: Document, node: YAMLSeq, value: readonly YamlValue[]): YAMLSeq {
  node.items = value.map((item, i) =>
    i < node.items.length ? changed(document, node.items[i], item) : document.createNode(toJson(item)),
  );
  return node;
}
