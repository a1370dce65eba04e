import { mkdir } from 'node:fs/promises';
import { runGit } from '../../src/git/index.ts';
import type { RemoteCredentials } from '../../src/git/index.ts';

/** A repository of the benchmark's own without a work tree, pushed by `git push`. */
export class BenchRepository {
  /** What the last commit holds. */
  readonly files: Map<string, string>;
  readonly #directory: string;
  readonly #url: string;
  readonly #credentials: RemoteCredentials;

  private constructor(directory: string, remote: Remote, files: Map<string, string>) {
    this.#directory = directory;
    this.#url = remote.url;
    this.#credentials = remote.credentials;
    this.files = files;
  }

  /** Commits `files` and pushes them. */
  static async create(directory: string, remote: Remote, files: ReadonlyMap<string, string>): Promise<BenchRepository> {
    await mkdir(directory, { recursive: true });
    await runGit({ args: ['init', '--quiet', '--bare', '--template=', '--initial-branch=main', directory] });
    const repository = new BenchRepository(directory, remote, new Map());
    await repository.commit(files);
    await repository.push();
    return repository;
  }

  /** @returns the commit, which is nowhere else yet */
  async commit(changes: ReadonlyMap<string, string>): Promise<string> {
    const first = this.files.size === 0;
    for (const [path, text] of changes) this.files.set(path, text);
    const who = `Bench <bench@example.com> ${Math.floor(Date.now() / 1000)} +0000`;
    const input = [
      `commit refs/heads/main\nmark :1\nauthor ${who}\ncommitter ${who}\n`,
      block('Change'),
      ...(first ? [] : ['from refs/heads/main^0\n']),
      ...[...changes].map(([path, text]) => `M 100644 inline ${path}\n${block(text)}`),
      'get-mark :1\ndone\n',
    ].join('');
    const output = await runGit({ args: ['fast-import', '--quiet', '--done'], directory: this.#directory, input });
    return output.toString().trim();
  }

  async head(): Promise<string> {
    const output = await runGit({ args: ['rev-parse', 'refs/heads/main'], directory: this.#directory });
    return output.toString().trim();
  }

  async push(): Promise<void> {
    const args = ['push', '--quiet', this.#url, 'refs/heads/main:refs/heads/main'];
    await runGit({ args, directory: this.#directory, credentials: this.#credentials });
  }
}

export interface Remote {
  readonly url: string;
  readonly credentials: RemoteCredentials;
}

function block(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}
