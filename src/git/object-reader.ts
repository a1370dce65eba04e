import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { GitError, codeOf } from './errors.ts';
import { spawnGit, startFailure } from './run-git.ts';

export interface GitObject {
  readonly oid: string;
  readonly type: 'blob' | 'tree' | 'commit' | 'tag';
  readonly content: Buffer;
}

type Command = 'info' | 'contents';

interface Request {
  readonly command: Command;
  readonly name: string;
  /** Asked again after the process was killed; not a third time. */
  readonly isRepeated?: boolean;
  readonly resolve: (object: GitObject | undefined) => void;
  readonly reject: (error: unknown) => void;
}

const MAX_OBJECT = 256 * 1024 * 1024;
const NOTHING = Buffer.alloc(0);

/**
 * Reads objects through one `git cat-file --batch-command` that stays alive. Requests are pipelined and answered in
 * order; a process that dies fails what it was asked and is replaced at the next request.
 */
export class ObjectReader implements AsyncDisposable {
  readonly #directory: string;
  readonly #onDamage: () => void;
  #child: ChildProcessWithoutNullStreams | undefined;
  #pending: Request[] = [];
  #buffered: Buffer[] = [];
  #size = 0;
  /** Bytes that must be there before the next answer is whole. */
  #needed = 1;

  /** @param onDamage called when an object turns out to be unreadable; reading it says that it is missing */
  constructor(directory: string, onDamage: () => void) {
    this.#directory = directory;
    this.#onDamage = onDamage;
  }

  /** `undefined` when there is no such object. @param name an object id, or `<revision>:<path>` */
  read(name: string): Promise<GitObject | undefined> {
    return this.#ask('contents', name);
  }

  /** The id of the object that an expression such as `main^{commit}` names, without its content. */
  async id(name: string): Promise<string | undefined> {
    return (await this.#ask('info', name))?.oid;
  }

  /** Ends the process and fails what is pending. The next request starts another one. */
  async [Symbol.asyncDispose](): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#fail(child, new GitError('FAILED', 'Cannot read Git objects: the repository is being closed'));
    const closed = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGTERM');
    await closed;
  }

  #ask(command: Command, name: string): Promise<GitObject | undefined> {
    if (/[\n\0]/.test(name) || name === '')
      throw new GitError('INVALID', 'Cannot read a Git object: its name has a line break or is empty');
    return new Promise((resolve, reject) => this.#send({ command, name, resolve, reject }));
  }

  #send(request: Request): void {
    const child = this.#process();
    this.#pending.push(request);
    child.stdin.write(`${request.command} ${request.name}\n`);
  }

  #process(): ChildProcessWithoutNullStreams {
    if (this.#child !== undefined) return this.#child;
    const child = spawnGit({ args: ['cat-file', '--batch-command'], directory: this.#directory });
    this.#child = child;
    child.stdout.on('data', (chunk: Buffer) => {
      if (this.#child !== child) return;
      this.#buffered.push(chunk);
      this.#size += chunk.length;
      if (this.#size >= this.#needed) this.#drain(child);
    });
    // Read in any case: warnings of ambiguous names would fill the pipe and stop git.
    child.stderr.on('data', (text: Buffer) => {
      if (codeOf(text.toString()) === 'CORRUPT') this.#onDamage();
    });
    child.stdin.on('error', () => undefined); // The close handler fails what is pending.
    child.on('error', (error) => this.#fail(child, startFailure(error)));
    child.on('close', (code, signal) => this.#ended(child, signal ?? code));
    return child;
  }

  #ended(child: ChildProcessWithoutNullStreams, how: NodeJS.Signals | number | null): void {
    const killed = typeof how === 'string';
    if (this.#child === child && !killed) this.#onDamage();
    const message = `Cannot read Git objects: git cat-file ended with ${how ?? 'no exit code'}`;
    this.#fail(child, new GitError(killed ? 'FAILED' : 'CORRUPT', message), killed);
  }

  /** @param again true to ask another process what this one has not answered */
  #fail(child: ChildProcessWithoutNullStreams, error: GitError, again = false): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    const failed = this.#pending;
    this.#pending = [];
    this.#buffered = [];
    this.#size = 0;
    this.#needed = 1;
    for (const request of failed) {
      if (again && request.isRepeated !== true) this.#send({ ...request, isRepeated: true });
      else request.reject(error);
    }
  }

  #drain(child: ChildProcessWithoutNullStreams): void {
    let data = this.#buffered.length === 1 ? (this.#buffered[0] ?? NOTHING) : Buffer.concat(this.#buffered);
    this.#needed = 1;
    for (let [request] = this.#pending; request !== undefined; [request] = this.#pending) {
      const answer = decode(data, request.command);
      if (answer === undefined) break;
      if (answer.needed !== undefined) {
        this.#needed = answer.needed;
        break;
      }
      data = data.subarray(answer.length);
      this.#pending.shift();
      request.resolve(answer.object);
    }
    this.#buffered = data.length === 0 ? [] : [data];
    this.#size = data.length;
    if (this.#needed <= MAX_OBJECT) return;
    this.#fail(child, new GitError('INVALID', `Cannot read a Git object: it is over ${MAX_OBJECT} bytes`));
    child.kill('SIGKILL');
  }
}

interface Answer {
  readonly length: number;
  readonly object?: GitObject;
  readonly needed?: number;
}

function decode(data: Buffer, command: Command): Answer | undefined {
  const end = data.indexOf(10);
  if (end < 0) return undefined;
  const [oid = '', type = '', size = ''] = data.toString('utf8', 0, end).split(' ');
  // Anything but `<oid> <type> <size>` says that the object is missing or its name ambiguous.
  if (!/^\d+$/.test(size) || !/^[0-9a-f]{40}$/.test(oid)) return { length: end + 1 };
  const kind = type as GitObject['type'];
  if (command === 'info') return { length: end + 1, object: { oid, type: kind, content: NOTHING } };
  const stop = end + 1 + Number(size);
  if (data.length < stop + 1) return { length: 0, needed: stop + 1 };
  return { length: stop + 1, object: { oid, type: kind, content: Buffer.from(data.subarray(end + 1, stop)) } };
}
