import { hash } from 'node:crypto';
import type { BuildResult } from './build.ts';
import type { LoadSession } from './files/loader.ts';
import type { FileSource } from './files/source.ts';

interface Entry {
  readonly result: BuildResult;
  /** Files by path: what the source called their content, or else its hash; `undefined` for those that are missing. */
  readonly files: ReadonlyMap<string, string | undefined>;
  readonly folders: ReadonlyMap<string, boolean>;
  readonly links: ReadonlyMap<string, string>;
}

const DEFAULT_CAPACITY = 1000;

/**
 * Results of builds that hold as long as everything they read, looked for and did not find is the same. Sources may
 * differ from call to call: what counts is the content.
 */
export class BuildCache {
  readonly #entries = new Map<string, Entry>();
  readonly #capacity: number;

  /** @param capacity results that are kept; the least recently used is dropped first. @default 1000 */
  constructor(capacity: number = DEFAULT_CAPACITY) {
    this.#capacity = capacity;
  }

  /** The result of an earlier build that would come out the same. @internal */
  async find(key: string, source: FileSource): Promise<BuildResult | undefined> {
    const entry = this.#entries.get(key);
    if (entry === undefined || !(await isUnchanged(entry, source))) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.result;
  }

  /** @internal */
  keep(key: string, result: BuildResult, { lookups }: Pick<LoadSession, 'lookups'>): void {
    this.#entries.delete(key);
    this.#entries.set(key, { result, ...lookups });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > this.#capacity && oldest !== undefined) this.#entries.delete(oldest);
  }
}

async function isUnchanged({ files, folders, links }: Entry, source: FileSource): Promise<boolean> {
  for (const [path, found] of folders) if ((await source.isDirectory(path)) !== found) return false;
  for (const [path, real] of links) if ((await source.resolve?.(path)) !== real) return false;
  for (const [path, id] of files) if ((await contentId(source, path)) !== id) return false;
  return true;
}

/** What tells one content from another: the id that the source has for it, or its hash; `undefined` for no file. */
async function contentId(source: FileSource, path: string): Promise<string | undefined> {
  const id = await source.hash?.(path);
  if (id !== undefined) return id;
  const bytes = await source.read(path);
  return bytes === undefined ? undefined : hash('sha256', bytes);
}
