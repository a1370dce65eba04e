/** Reads files by path relative to the repository root, `/` separated, without `.` and `..` steps. */
export interface FileSource {
  /** `undefined`: no such file. */
  read(path: string): Promise<Uint8Array | undefined>;
  isDirectory(path: string): boolean | Promise<boolean>;
  /** The content hash where it is known without reading (a Git blob id); `undefined` where it is not. */
  hash?(path: string): string | undefined | Promise<string | undefined>;
  /** Where a path leads once links are followed; the path itself where there are none. */
  resolve?(path: string): string | Promise<string>;
}

/** Files that are in memory, as tests and editors have them. */
export class MapSource implements FileSource {
  readonly #files: ReadonlyMap<string, string | Uint8Array>;
  #folders: Set<string> | undefined;

  constructor(files: ReadonlyMap<string, string | Uint8Array>) {
    this.#files = files;
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    const content = this.#files.get(path);
    return typeof content === 'string' ? Buffer.from(content) : content;
  }

  isDirectory(path: string): boolean {
    if (this.#folders === undefined) {
      this.#folders = new Set(['']);
      for (const file of this.#files.keys()) addFolders(file, this.#folders);
    }
    return this.#folders.has(path);
  }
}

function addFolders(file: string, folders: Set<string>): void {
  for (let end = file.lastIndexOf('/'); end > 0; end = file.lastIndexOf('/', end - 1)) {
    const folder = file.slice(0, end);
    if (folders.has(folder)) return;
    folders.add(folder);
  }
}
