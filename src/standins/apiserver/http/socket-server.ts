import { once } from 'node:events';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import { messageOf } from '../../../core/index.ts';
import type { Logger } from '../../../core/index.ts';
import type { KeyPair } from '../access/certificates.ts';
import { AUTHENTICATED } from '../access/user.ts';
import type { UserInfo } from '../access/user.ts';
import { badRequest, statusBody, tooLarge } from '../status.ts';
import { MAX_BODY_BYTES, jsonResponse } from './exchange.ts';
import type { ApiRequest, ApiResponse } from './exchange.ts';
import type { Handler } from './handler.ts';

export interface SocketServerOptions {
  readonly handler: Handler;
  readonly logger: Logger;
  readonly server: KeyPair;
  /** PEM; whose client certificates count. */
  readonly authority: string;
  readonly host: string;
  readonly port: number;
}

const MAX_CONNECTIONS = 20_000;

/** Serves a handler over HTTPS until it is disposed of. */
export class SocketServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #options: SocketServerOptions;

  private constructor(options: SocketServerOptions) {
    this.#options = options;
    const { certificate, key } = options.server;
    this.#server = createServer(
      {
        key,
        cert: certificate,
        ca: [options.authority],
        requestCert: true,
        rejectUnauthorized: false,
        minVersion: 'TLSv1.2',
        handshakeTimeout: 10_000,
        headersTimeout: 20_000,
        requestTimeout: 120_000,
        keepAliveTimeout: 120_000,
        maxHeaderSize: 64 * 1024,
      },
      (incoming, outgoing) => void this.#serve(incoming, outgoing),
    );
    this.#server.maxConnections = MAX_CONNECTIONS;
  }

  static async listen(options: SocketServerOptions): Promise<SocketServer> {
    const server = new SocketServer(options);
    server.#server.listen(options.port, options.host);
    await once(server.#server, 'listening');
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    try {
      const gone = new AbortController();
      outgoing.on('close', () => gone.abort());
      await send(await this.#respond(incoming, gone.signal), outgoing);
    } catch (error) {
      this.#options.logger.warn('connection broke', { reason: messageOf(error) });
      outgoing.destroy();
    }
  }

  async #respond(incoming: IncomingMessage, signal: AbortSignal): Promise<ApiResponse> {
    const url = urlOf(incoming);
    if (url === undefined) return jsonResponse(statusBody(badRequest('the path of the request is malformed')), 400);
    return this.#options.handler(requestOf(incoming, url, signal));
  }
}

function urlOf(incoming: IncomingMessage): URL | undefined {
  const host = incoming.headers.host ?? 'localhost';
  return URL.parse(incoming.url ?? '/', `https://${/^[\w.:[\]-]+$/.test(host) ? host : 'localhost'}`) ?? undefined;
}

function requestOf(incoming: IncomingMessage, url: URL, signal: AbortSignal): ApiRequest {
  let body: Promise<Buffer> | undefined;
  return {
    method: incoming.method ?? 'GET',
    url,
    header: (name) => incoming.headersDistinct[name]?.join(', '),
    headerValues: (name) => incoming.headersDistinct[name] ?? [],
    headerNames: () => Object.keys(incoming.headers),
    body: () => (body ??= readBody(incoming)),
    peer: incoming.socket instanceof TLSSocket ? peerOf(incoming.socket) : undefined,
    signal,
  };
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  if (Number(incoming.headers['content-length'] ?? '0') > MAX_BODY_BYTES) throw tooLarge(MAX_BODY_BYTES);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw tooLarge(MAX_BODY_BYTES);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Whom the client certificate names, when our authority has signed it. */
function peerOf(socket: TLSSocket): UserInfo | undefined {
  if (!socket.authorized) return undefined;
  const { subject } = socket.getPeerCertificate() as { readonly subject?: Record<string, string | string[]> };
  const name = subject?.['CN'];
  if (typeof name !== 'string' || name === '') return undefined;
  const groups = subject?.['O'] ?? [];
  return { name, groups: [...(typeof groups === 'string' ? [groups] : groups), AUTHENTICATED] };
}

async function send(response: ApiResponse, outgoing: ServerResponse): Promise<void> {
  const { status, headers, body } = response;
  for (const [name, value] of Object.entries(headers)) outgoing.setHeader(name, value);
  outgoing.statusCode = status;
  if (body === undefined || Buffer.isBuffer(body)) {
    if (status === 413) outgoing.setHeader('connection', 'close'); // the rest of the body is not read
    outgoing.end(body);
    return;
  }
  outgoing.flushHeaders(); // clients wait for them before they go on
  for await (const chunk of body) {
    if (outgoing.destroyed) return;
    await sendChunk(chunk, outgoing);
  }
  outgoing.end();
}

/** What a connection copies at once: a client that does not read holds no more of a chunk. */
const PIECE_BYTES = 64 * 1024;

async function sendChunk(chunk: Buffer, outgoing: ServerResponse): Promise<void> {
  for (let start = 0; start < chunk.length; start += PIECE_BYTES) {
    if (outgoing.destroyed) return;
    if (!outgoing.write(chunk.subarray(start, start + PIECE_BYTES))) await drained(outgoing);
  }
}

/** How long a client may leave what was sent to it unread. */
const STALL_MS = 60_000;

async function drained(outgoing: ServerResponse): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const stalled = setTimeout(() => outgoing.destroy(), STALL_MS);
  const done = (): void => {
    clearTimeout(stalled);
    outgoing.off('drain', done).off('close', done);
    resolve(undefined);
  };
  outgoing.on('drain', done).on('close', done);
  await promise;
}
