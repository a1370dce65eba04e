import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import { silentLogger } from '../../core/index.ts';
import type { Fetch, Logger } from '../../core/index.ts';
import { ContentStore } from './content-store.ts';
import { createHandler } from './handler.ts';
import { RepositoryIndex } from './repository-index.ts';

export interface RegistryOptions {
  /** Keeps the images; content by digest, an index beside it. */
  readonly directory: string;
  /** @default '127.0.0.1' */
  readonly host?: string;
  /** @default any free port */
  readonly port?: number;
  /** Asked for each request; absent: everybody on this machine may pull and push. */
  readonly authenticate?: (name: string, password: string) => Promise<boolean>;
  readonly logger?: Logger;
}

export interface RegistryServer extends AsyncDisposable {
  readonly url: string;
  /** The same registry without a socket. */
  readonly fetch: Fetch;
}

/** Starts an OCI Distribution 1.1 registry over HTTP. Rejects with the error of `listen`. */
export async function startRegistry(options: RegistryOptions): Promise<RegistryServer> {
  const { directory, host = '127.0.0.1', port = 0, authenticate, logger = silentLogger } = options;
  await mkdir(directory, { recursive: true });
  const store = new ContentStore(directory);
  await store.clean();
  const index = new RepositoryIndex(join(directory, 'index.db'));
  const handler = createHandler({ store, index, logger, ...(authenticate === undefined ? {} : { authenticate }) });
  const server = createAdaptorServer({ fetch: (request: Request) => handler(request) });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  }).catch((error: unknown) => {
    index[Symbol.dispose]();
    throw error;
  });
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host}:${address.port}`,
    fetch: handler,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      if ('closeAllConnections' in server) server.closeAllConnections();
      await closed;
      index[Symbol.dispose]();
    },
  };
}
