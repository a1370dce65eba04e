import { inFile } from '../errors.ts';
import type { LoadedFile } from '../files/loader.ts';
import { nodesOf } from '../yaml/nodes.ts';
import { parseDocuments } from '../yaml/parse.ts';
import type { ParseOptions } from '../yaml/parse.ts';
import { cloneMap } from '../yaml/value.ts';
import type { YamlMap, YamlValue } from '../yaml/value.ts';

const CAPACITY = 64 * 1024 * 1024;

/** Parsed files by content hash, the least recently used dropped beyond a number of bytes of text. */
export class DocumentCache {
  readonly #entries = new Map<
    string,
    { readonly documents: readonly YamlValue[]; nodes?: readonly YamlMap[]; readonly size: number }
  >();
  #size = 0;

  /** Shared: not to be changed. */
  documents(file: LoadedFile, options?: Pick<ParseOptions, 'isLegacy'>): readonly YamlValue[] {
    return this.#entry(file, options).documents;
  }

  /** The objects of a file, copied. */
  nodes(file: LoadedFile): YamlMap[] {
    const entry = this.#entry(file);
    entry.nodes ??= inFile(file.file, () => nodesOf(entry.documents));
    return entry.nodes.map((node) => cloneMap(node));
  }

  #entry(
    file: LoadedFile,
    options: Pick<ParseOptions, 'isLegacy'> = {},
  ): { readonly documents: readonly YamlValue[]; nodes?: readonly YamlMap[] } {
    const key = options.isLegacy === true ? `1.1 ${file.hash}` : file.hash;
    const known = this.#entries.get(key);
    if (known !== undefined) {
      this.#entries.delete(key);
      this.#entries.set(key, known);
      return known;
    }
    const documents = inFile(file.file, () => parseDocuments(file.bytes.toString(), options));
    const entry = { documents, size: file.bytes.length };
    this.#entries.set(key, entry);
    this.#size += entry.size;
    this.#shrink();
    return entry;
  }

  #shrink(): void {
    for (const [key, { size }] of this.#entries) {
      if (this.#size <= CAPACITY) return;
      this.#entries.delete(key);
      this.#size -= size;
    }
  }
}
