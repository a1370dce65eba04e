import { LineCounter, isMap, isScalar, isSeq, parseAllDocuments } from 'yaml';
import type { Document, Node, YAMLMap } from 'yaml';
import type { Place } from './finding.ts';
import type { Repository } from './repository.ts';

/** What is looked for in a file. */
export interface Wanted {
  readonly file: string;
  readonly object: { readonly apiVersion: string; readonly kind: string };
  /** Its name in the file. */
  readonly name: string;
  /** Of a field of the object; the line of the nearest field above counts where it is not written in this file. */
  readonly path?: readonly (string | number)[];
}

interface ParsedFile {
  readonly documents: readonly Document.Parsed[];
  readonly lines: LineCounter;
}

/** Finds the lines of objects and fields in the files of a repository. */
export class Locator {
  readonly #repository: Repository;
  readonly #files = new Map<string, ParsedFile>();

  constructor(repository: Repository) {
    this.#repository = repository;
  }

  async find({ file, object, name, path = [] }: Wanted): Promise<Place> {
    const { documents, lines } = await this.#parsed(file);
    const found = documents.flatMap((document) => objectsIn(document, object.kind, name));
    const root = found.find((node) => isMap(node) && node.get('apiVersion') === object.apiVersion) ?? found[0];
    const offset = root === undefined ? undefined : deepest(root, path).range?.[0];
    return offset === undefined ? { file } : { file, line: lines.linePos(offset).line };
  }

  async #parsed(file: string): Promise<ParsedFile> {
    const known = this.#files.get(file);
    if (known !== undefined) return known;
    const lines = new LineCounter();
    const text = (await this.#repository.text(file)) ?? '';
    const documents = parseAllDocuments(text, { lineCounter: lines, uniqueKeys: false, version: '1.1' });
    const parsed = { documents: Array.isArray(documents) ? documents : [], lines };
    this.#files.set(file, parsed);
    return parsed;
  }
}

/** The object of a document, or what a kustomization generates it from. */
function objectsIn(document: Document.Parsed, kind: string, name: string): Node[] {
  const root = document.contents;
  if (!isMap(root)) return [];
  if (document.get('kind') === kind && document.getIn(['metadata', 'name']) === name) return [root];
  const items = [document.get('items'), document.get(generatorField(kind))];
  const nodes = items.flatMap((list) => (isSeq(list) ? list.items : []));
  return nodes.filter((item) => isMap(item)).filter((item) => isNamed(item, kind, name));
}

function generatorField(kind: string): string {
  return kind === 'Secret' ? 'secretGenerator' : 'configMapGenerator';
}

function isNamed(item: YAMLMap, kind: string, name: string): boolean {
  return item.get('name') === name || (item.get('kind') === kind && item.getIn(['metadata', 'name']) === name);
}

/** The key, or the item, that the path leads to as far as it is written. */
function deepest(root: Node, path: readonly (string | number)[]): Node {
  let found = root;
  let at: unknown = root;
  for (const step of path) {
    const next = child(at, step);
    if (next === undefined) break;
    found = next.label;
    at = next.value;
  }
  return found;
}

function child(node: unknown, step: string | number): { readonly label: Node; readonly value: unknown } | undefined {
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => isScalar(key) && key.value === step);
    return pair === undefined ? undefined : { label: pair.key as Node, value: pair.value };
  }
  const item = isSeq(node) && typeof step === 'number' ? node.items[step] : undefined;
  return item === undefined ? undefined : { label: item as Node, value: item };
}
