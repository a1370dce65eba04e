import type { FileChange, TreeEntry } from '../git/index.ts';

interface File {
  readonly mode: string;
  readonly oid: string;
}

type Folder = Map<string, File | Folder>;

/** Of a change that does not say: links and submodules always do. */
const PLAIN = '100644';

/** The files of one commit, folder by folder. Trees of commits that follow one another share what is the same. */
export class FileTree {
  readonly #root: Folder;

  private constructor(root: Folder) {
    this.#root = root;
  }

  static of(entries: readonly TreeEntry[]): FileTree {
    const changes = entries.map(({ path, mode, oid }) => ({ path, mode, after: oid }));
    return new FileTree(new Map()).with(changes);
  }

  /** The tree after a commit. Costs as much as has changed, not as much as there is. */
  with(changes: readonly FileChange[]): FileTree {
    const own = new Set<Folder>();
    const root = new Map(this.#root);
    own.add(root);
    // Deletions first: a folder may take the name of a file, or the other way round.
    for (const { path, after } of changes) if (after === undefined) remove(root, path.split('/'), own);
    for (const { path, mode = PLAIN, after } of changes) {
      if (after !== undefined) put(root, path.split('/'), { own, file: { mode, oid: after } });
    }
    return new FileTree(root);
  }

  file(path: string): File | undefined {
    const found = this.#find(path);
    return found instanceof Map ? undefined : found;
  }

  isFolder(path: string): boolean {
    return this.#find(path) instanceof Map;
  }

  /** Every folder, in order; the root is the empty path. */
  folders(): readonly string[] {
    const found = [''];
    const visit = (folder: Folder, prefix: string): void => {
      for (const [name, node] of folder) {
        if (!(node instanceof Map)) continue;
        found.push(prefix + name);
        visit(node, `${prefix}${name}/`);
      }
    };
    visit(this.#root, '');
    return found.sort();
  }

  /** Every file below a folder, by its path below it, in order. */
  below(folder: string): readonly TreeEntry[] {
    const found: TreeEntry[] = [];
    const visit = (at: Folder, prefix: string): void => {
      for (const [name, node] of at) {
        if (node instanceof Map) visit(node, `${prefix}${name}/`);
        else found.push({ path: prefix + name, ...node });
      }
    };
    const start = this.#find(folder);
    if (start instanceof Map) visit(start, '');
    return found.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  #find(path: string): File | Folder | undefined {
    let at: File | Folder | undefined = this.#root;
    if (path === '') return at;
    for (const step of path.split('/')) at = at instanceof Map ? at.get(step) : undefined;
    return at;
  }
}

/** The subfolder as one that may be changed: made, or copied unless `own` has it already. */
function ownFolder(parent: Folder, name: string, own: Set<Folder>): Folder {
  const known = parent.get(name);
  if (known instanceof Map && own.has(known)) return known;
  const folder: Folder = new Map(known instanceof Map ? known : []);
  own.add(folder);
  parent.set(name, folder);
  return folder;
}

interface Put {
  readonly own: Set<Folder>;
  readonly file: File;
}

function put(folder: Folder, [name = '', ...rest]: readonly string[], at: Put): void {
  if (rest.length === 0) folder.set(name, at.file);
  else put(ownFolder(folder, name, at.own), rest, at);
}

/** Takes a file away, and the folders that hold nothing any more. */
function remove(folder: Folder, [name = '', ...rest]: readonly string[], own: Set<Folder>): void {
  if (rest.length === 0) {
    folder.delete(name);
    return;
  }
  if (!(folder.get(name) instanceof Map)) return;
  const below = ownFolder(folder, name, own);
  remove(below, rest, own);
  if (below.size === 0) folder.delete(name);
}
