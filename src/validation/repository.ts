import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../core/index.ts';
import type { BuildSource } from '../kustomize/index.ts';

/** The files of a repository, to look through and to build from. */
export interface Repository {
  /** Of every file below the root, sorted. */
  readonly paths: readonly string[];
  /** That hold files, also further below; without the root. */
  readonly folders: ReadonlySet<string>;
  readonly source: BuildSource;
  /** @returns `undefined` when there is no such file */
  text(path: string): Promise<string | undefined>;
}

const MAX_FILES = 200_000;
/** Folders that hold no manifests of the repository. */
const SKIPPED: ReadonlySet<string> = new Set(['.git', 'node_modules']);

/**
 * A repository on disk, or in memory by path. Links are not followed.
 * @throws UsageError when there is no such folder, or it holds over 200,000 files
 */
export async function openRepository(source: string | ReadonlyMap<string, string>): Promise<Repository> {
  if (typeof source !== 'string') {
    const paths = [...source.keys()].sort();
    return { paths, folders: foldersOf(paths), source, text: async (path) => source.get(path) };
  }
  const paths = await listFiles(source);
  const known = new Set(paths);
  return {
    paths,
    folders: foldersOf(paths),
    source,
    text: async (path) => (known.has(path) ? readFile(join(source, path), 'utf8') : undefined),
  };
}

function foldersOf(paths: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (const path of paths) {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) found.add(path.slice(0, end));
  }
  return found;
}

async function listFiles(root: string): Promise<readonly string[]> {
  const found: string[] = [];
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await entriesOf(root, folder)) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory() && !SKIPPED.has(entry.name)) folders.push(path);
      else if (entry.isFile()) found.push(path);
    }
    if (found.length > MAX_FILES) throw new UsageError(`Cannot validate ${root}: it holds over ${MAX_FILES} files`);
  }
  return found.sort();
}

async function entriesOf(root: string, folder: string): ReturnType<typeof list> {
  try {
    return await list(join(root, folder));
  } catch (error) {
    throw new UsageError(`Cannot read the folder: ${join(root, folder)}`, { cause: error });
  }
}

function list(folder: string) {
  return readdir(folder, { withFileTypes: true });
}
