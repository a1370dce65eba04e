import { spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { gitEnvironment } from '../../git/index.ts';
import type { Account } from './accounts.ts';
import { ForgeHttpError, badRequest, forbidden } from './errors.ts';

export interface RefUpdate {
  readonly ref: string;
  /** All zeros: the ref is new. */
  readonly before: string;
  /** All zeros: the ref is deleted. */
  readonly after: string;
}

export interface GitRequest {
  readonly directory: string;
  readonly service: 'git-upload-pack' | 'git-receive-pack';
  readonly request: Request;
}

const MAX_COMMANDS = 4 * 1024 * 1024;

/** Branches that only the delivery bot moves. */
const PROTECTED = /^refs\/heads\/(approved\/.+|evidence)$/;
/** Branches that nobody rewrites or deletes. */
const PERMANENT = /^refs\/heads\/(main|approved\/.+|evidence)$/;
const ZERO = /^0+$/;

/** `GET …/info/refs?service=…`: what the repository has. */
export function advertise({ directory, service, request }: GitRequest): Response {
  const name = service.slice('git-'.length);
  const body = pipeGit([name, '--stateless-rpc', '--advertise-refs', directory], request, null);
  const head = `# service=${service}\n`;
  const prefix = `${(head.length + 4).toString(16).padStart(4, '0')}${head}0000`;
  return new Response(concat(Buffer.from(prefix), body), {
    headers: headersFor(`application/x-${service}-advertisement`),
  });
}

/** `POST …/git-upload-pack`: clone and fetch. */
export function uploadPack({ directory, request }: GitRequest): Response {
  const body = pipeGit(['upload-pack', '--stateless-rpc', directory], request, bodyOf(request));
  return new Response(body, { headers: headersFor('application/x-git-upload-pack-result') });
}

export interface ReceiveOptions {
  readonly account: Account;
  /** Told once git has ended; a ref that git refused has not moved. */
  readonly done: (updates: readonly RefUpdate[]) => Promise<void>;
}

/**
 * `POST …/git-receive-pack`: push. The list of commands is read first and judged; only then git sees the request.
 * @throws ForgeHttpError when the account may not do one of them
 */
export async function receivePack(
  { directory, request }: GitRequest,
  { account, done }: ReceiveOptions,
): Promise<Response> {
  const { head, commands, rest } = await readCommands(bodyOf(request));
  for (const command of commands) judge(command, account);
  const configuration = commands.some(({ ref }) => PERMANENT.test(ref))
    ? ['-c', 'receive.denyNonFastForwards=true']
    : [];
  const output = pipeGit([...configuration, 'receive-pack', '--stateless-rpc', directory], request, concat(head, rest));
  const body = await new Response(output).arrayBuffer();
  await done(commands);
  return new Response(body, { headers: headersFor('application/x-git-receive-pack-result') });
}

function judge({ ref, after }: RefUpdate, { name, role }: Account): void {
  if (role === 'guest') throw forbidden(`${name} may not push`);
  if (PROTECTED.test(ref) && role !== 'maintainer')
    throw forbidden(`${ref} is protected: only the delivery bot moves it`);
  if (PERMANENT.test(ref) && ZERO.test(after)) throw forbidden(`${ref} may not be deleted`);
  if (!/^refs\/(heads|tags)\//.test(ref)) throw forbidden(`${ref} is neither a branch nor a tag`);
}

interface Commands {
  /** The bytes read so far, which git must see again. */
  readonly head: Buffer;
  readonly commands: readonly RefUpdate[];
  readonly rest: ReadableStream<Uint8Array>;
}

async function readCommands(body: ReadableStream<Uint8Array>): Promise<Commands> {
  const reader = body.getReader();
  let head = Buffer.alloc(0);
  for (;;) {
    const parsed = parseCommands(head);
    if (parsed !== undefined) {
      reader.releaseLock();
      return { head, commands: parsed, rest: body };
    }
    if (head.length > MAX_COMMANDS) throw new ForgeHttpError(413, 'Too many refs in one push');
    const { done, value } = await reader.read();
    if (done) throw badRequest('The push request is cut off');
    head = Buffer.concat([head, value]);
  }
}

/** The pkt-lines up to the first flush; `undefined` while it is not there. */
function parseCommands(data: Buffer): readonly RefUpdate[] | undefined {
  const commands: RefUpdate[] = [];
  for (let offset = 0; offset + 4 <= data.length;) {
    const length = Number.parseInt(data.toString('latin1', offset, offset + 4), 16);
    if (length === 0) return commands;
    if (!(length >= 4)) throw badRequest('The push request is malformed');
    if (offset + length > data.length) return undefined;
    const [line = ''] = data.toString('utf8', offset + 4, offset + length).split('\0');
    const match = /^([0-9a-f]{40}) ([0-9a-f]{40}) (\S+)\s*$/.exec(line);
    if (match !== null) commands.push({ before: match[1] ?? '', after: match[2] ?? '', ref: match[3] ?? '' });
    else if (!line.startsWith('shallow ') && !line.startsWith('push-cert'))
      throw badRequest('The push request is malformed');
    offset += length;
  }
  return undefined;
}

function pipeGit(
  args: readonly string[],
  request: Request,
  input: ReadableStream<Uint8Array> | null,
): ReadableStream<Uint8Array> {
  const protocol = request.headers.get('git-protocol');
  const safe = protocol !== null && /^[\w=:.-]{1,100}$/.test(protocol) ? { GIT_PROTOCOL: protocol } : {};
  const child = spawn('git', [...args], { env: gitEnvironment(undefined, safe), stdio: ['pipe', 'pipe', 'ignore'] });
  child.stdin.on('error', () => undefined); // Git has ended; what it printed tells the client why.
  child.on('error', () => child.stdout.destroy());
  request.signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
  if (input === null) child.stdin.end();
  else
    Readable.fromWeb(input as never)
      .on('error', () => child.kill('SIGTERM'))
      .pipe(child.stdin);
  return Readable.toWeb(child.stdout) as ReadableStream<Uint8Array>;
}

function bodyOf(request: Request): ReadableStream<Uint8Array> {
  const body = request.body ?? new Blob([]).stream();
  if (request.headers.get('content-encoding') !== 'gzip') return body;
  return Readable.toWeb(Readable.fromWeb(body as never).pipe(createGunzip())) as ReadableStream<Uint8Array>;
}

function concat(head: Buffer, rest: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const reader = rest.getReader();
  let started = false;
  return new ReadableStream({
    async pull(controller) {
      if (!started) {
        started = true;
        controller.enqueue(new Uint8Array(head));
        return;
      }
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

function headersFor(type: string): Record<string, string> {
  return { 'content-type': type, 'cache-control': 'no-cache' };
}
