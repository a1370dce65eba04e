import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { GitError } from './errors.ts';
import { spawnGit, startFailure } from './run-git.ts';

export interface GitObject {
  readonly oid: string;
  readonly type: 'blob' | 'tree' | 'commit' | 'tag';
  readonly content: Buffer;
}

interface Request {
  readonly name: string;
  readonly resolve: (object: GitObject | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Reads objects through one `git cat-file --batch` that stays alive. Requests are pipelined and answered in order; a
 * process that dies fails what it was asked and is replaced at the next request.
 */
export class ObjectReader implements AsyncDisposable {
  readonly #directory: string;
  #child: ChildProcessWithoutNullStreams | undefined;
  #pending: Request[] = [];
  #buffered: Buffer[] = [];
  #size = 0;
  /** Bytes that must be there before the next answer is whole. */
  #needed = 1;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** `undefined` when there is no such object. @param name an object id, or `<revision>:<path>` */
  read(name: string): Promise<GitObject | undefined> {
    if (/[\n\0]/.test(name) || name === '')
      throw new GitError('INVALID', 'Cannot read a Git object: its name has a line break or is empty');
    return new Promise((resolve, reject) => {
      this.#pending.push({ name, resolve, reject });
      this.#process().stdin.write(`${name}\n`);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null) return;
    const closed = new Promise((resolve) => child.once('close', resolve));
    child.stdin.end();
    child.kill('SIGTERM');
    await closed;
  }

  #process(): ChildProcessWithoutNullStreams {
    if (this.#child !== undefined) return this.#child;
    const child = spawnGit({ args: ['cat-file', '--batch'], directory: this.#directory });
    this.#child = child;
    child.stdout.on('data', (chunk: Buffer) => {
      this.#buffered.push(chunk);
      this.#size += chunk.length;
      if (this.#size >= this.#needed) this.#drain();
    });
    child.stdin.on('error', () => undefined); // The close handler fails what is pending.
    child.on('error', (error) => this.#fail(child, startFailure(error)));
    child.on('close', () => this.#fail(child, new GitError('CORRUPT', 'Cannot read Git objects: git cat-file ended')));
    return child;
  }

  #fail(child: ChildProcessWithoutNullStreams, error: GitError): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    const failed = this.#pending;
    this.#pending = [];
    this.#buffered = [];
    this.#size = 0;
    this.#needed = 1;
    for (const { reject } of failed) reject(error);
  }

  #drain(): void {
    let data = this.#buffered.length === 1 ? (this.#buffered[0] ?? Buffer.alloc(0)) : Buffer.concat(this.#buffered);
    this.#needed = 1;
    for (let answer = decode(data); answer !== undefined; answer = decode(data)) {
      if (answer.needed !== undefined) {
        this.#needed = answer.needed;
        break;
      }
      data = data.subarray(answer.length);
      this.#pending.shift()?.resolve(answer.object);
    }
    this.#buffered = data.length === 0 ? [] : [data];
    this.#size = data.length;
  }
}

interface Answer {
  readonly length: number;
  readonly object?: GitObject;
  readonly needed?: number;
}

function decode(data: Buffer): Answer | undefined {
  const end = data.indexOf(10);
  if (end < 0) return undefined;
  const [oid = '', type = '', size = ''] = data.toString('utf8', 0, end).split(' ');
  if (!/^\d+$/.test(size)) return { length: end + 1 };
  const stop = end + 1 + Number(size);
  if (data.length < stop + 1) return { length: 0, needed: stop + 1 };
  const content = Buffer.from(data.subarray(end + 1, stop));
  return { length: stop + 1, object: { oid, type: type as GitObject['type'], content } };
}
