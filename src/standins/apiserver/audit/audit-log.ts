import { createReadStream } from 'node:fs';
import { mkdir, open, rename } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { messageOf } from '../../../core/index.ts';
import type { Logger } from '../../../core/index.ts';

/** Who wrote what. Holds no content of objects. */
export interface AuditRecord {
  /** RFC 3339 in milliseconds. */
  readonly time: string;
  readonly user: string;
  readonly groups: readonly string[];
  /** Whoever acted as `user`. */
  readonly impersonatedBy?: string;
  readonly userAgent: string;
  readonly verb: string;
  readonly fieldManager?: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid?: string;
  /** Of the change; absent when the write was refused. */
  readonly resourceVersion?: number;
  /** HTTP status of a write that was refused. */
  readonly refused?: number;
}

export interface AuditQuery {
  readonly group?: string;
  readonly resource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly uid?: string;
  /** Only changes after this resource version. */
  readonly since?: number;
}

const RING = 10_000;
const MAX_FILE = 64 * 1024 * 1024;
const FILE = 'audit.jsonl';

/** Every write of a cluster, in order: the newest in memory, all of them as JSON lines in a directory if there is one. */
export class AuditLog implements AsyncDisposable {
  readonly #logger: Logger;
  readonly #directory: string | undefined;
  #ring: AuditRecord[] = [];
  #file: FileHandle | undefined;
  #size = 0;
  #lines: string[] = [];
  #writing: Promise<void> | undefined;

  private constructor(directory: string | undefined, logger: Logger) {
    this.#directory = directory;
    this.#logger = logger;
  }

  static async open(directory: string | undefined, logger: Logger): Promise<AuditLog> {
    const log = new AuditLog(directory, logger);
    if (directory !== undefined) await log.#open(directory);
    return log;
  }

  /** Resolves when the record has left the process. */
  async record(record: AuditRecord): Promise<void> {
    this.#ring.push(record);
    if (this.#ring.length > RING * 1.1) this.#ring = this.#ring.slice(-RING);
    if (this.#file === undefined) return;
    this.#lines.push(`${JSON.stringify(record)}\n`);
    // what is being written now does not hold this line yet
    await this.#writing;
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
    await this.#writing;
  }

  /** Of the newest records those that match, oldest first. */
  query(query: AuditQuery): readonly AuditRecord[] {
    return this.#ring.filter((record) => matches(record, query));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writing;
    await this.#file?.close();
    this.#file = undefined;
  }

  async #open(directory: string): Promise<void> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const path = join(directory, FILE);
    this.#file = await open(path, 'a', 0o600);
    this.#size = (await this.#file.stat()).size;
    for await (const line of createInterface({ input: createReadStream(path) })) {
      const record = parse(line);
      if (record !== undefined) this.#ring.push(record);
      if (this.#ring.length > RING * 2) this.#ring = this.#ring.slice(-RING);
    }
  }

  async #write(): Promise<void> {
    while (this.#lines.length > 0) {
      const lines = this.#lines.splice(0);
      try {
        await this.#append(lines.join(''));
      } catch (error) {
        // until the next record; a directory that cannot be written takes few
        this.#lines = [...lines, ...this.#lines].slice(-RING);
        this.#logger.error('audit records wait to be written', { reason: messageOf(error) });
        return;
      }
    }
  }

  async #append(text: string): Promise<void> {
    try {
      await this.#file?.appendFile(text);
      this.#size += Buffer.byteLength(text);
    } catch (error) {
      // a line that is torn would spoil the next
      await this.#file?.truncate(this.#size).catch(() => undefined);
      throw error;
    }
    if (this.#size <= MAX_FILE) return;
    await this.#rotate().catch((error: unknown) => {
      this.#logger.error('the audit log cannot be rotated', { reason: messageOf(error) });
    });
  }

  /** Old files stay: how long they are kept is up to whoever runs the cluster. */
  async #rotate(): Promise<void> {
    if (this.#directory === undefined) return;
    await this.#file?.close();
    const [last] = this.#ring.slice(-1);
    const stamp = (last?.time ?? '').replace(/[^0-9]/g, '');
    await rename(join(this.#directory, FILE), join(this.#directory, `audit-${stamp}.jsonl`));
    this.#file = await open(join(this.#directory, FILE), 'a', 0o600);
    this.#size = 0;
  }
}

function matches(record: AuditRecord, query: AuditQuery): boolean {
  const { since, ...exact } = query;
  const newer = since === undefined || (record.resourceVersion ?? 0) > since;
  return newer && Object.entries(exact).every(([key, value]) => record[key as keyof AuditRecord] === value);
}

/** A line that a crash has torn is no record. */
function parse(line: string): AuditRecord | undefined {
  try {
    return JSON.parse(line) as AuditRecord;
  } catch {
    return undefined;
  }
}
