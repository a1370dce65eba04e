import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './tools.ts';

export interface RunningRegistry extends AsyncDisposable {
  readonly url: string;
}

/** Debian's registry, on loopback, with a configuration and a folder of its own. @param program its full path */
export async function startDockerRegistry(program: string): Promise<RunningRegistry> {
  const directory = await mkdtemp(join(tmpdir(), 'stoa-docker-registry-'));
  const host = `127.0.0.1:${await freePort()}`;
  const config = join(directory, 'config.yml');
  const settings = {
    version: 0.1,
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: join(directory, 'images') }, delete: { enabled: true } },
    http: { addr: host },
  };
  await writeFile(config, JSON.stringify(settings));
  const child = spawn(program, ['serve', config], { stdio: 'ignore' });
  const url = `http://${host}`;
  await eventually('docker-registry answers', async () => (await fetch(`${url}/v2/`)).ok || undefined);
  return {
    url,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await once(child, 'exit');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
