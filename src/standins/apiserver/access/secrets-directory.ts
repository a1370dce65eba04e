import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';

/** Keeps keys from one start to the next; in memory only when there is no directory. */
export class SecretsDirectory {
  readonly #directory: string | undefined;

  constructor(directory: string | undefined) {
    this.#directory = directory;
  }

  /** The kept text, or what `make` returns, which is then kept. Only the owner can read the file. */
  async keep(name: string, make: () => Promise<string>): Promise<string> {
    if (this.#directory === undefined) return make();
    const path = join(this.#directory, name);
    const kept = await readIfThere(path);
    if (kept !== undefined) return kept;
    const text = await make();
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    await writeWhole(path, text);
    return text;
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** All of it or nothing, also after a crash. */
async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.tmp`;
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}
