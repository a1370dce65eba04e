import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/core/index.ts';
import type { KubeObject } from '../../src/kube/index.ts';
import { createApiServer } from '../../src/standins/apiserver/index.ts';
import type { ApiServer } from '../../src/standins/apiserver/index.ts';

const BASE = 'https://bench';
const MAPS = `${BASE}/api/v1/namespaces/default/configmaps`;

/** A cluster of its own in a folder of its own, which goes with it. */
export interface BenchCluster extends AsyncDisposable {
  readonly server: ApiServer;
  readonly directory: string;
}

export async function openCluster(): Promise<BenchCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'stoa-bench-'));
  const directory = join(folder, 'cluster');
  const server = await createApiServer({ name: 'bench', clock: systemClock, directory });
  return {
    server,
    directory,
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** About 1.5 KB of JSON once it is stored. */
export function sample(name: string): KubeObject {
  const data = { text: `${name} `.padEnd(1_050, 'lorem ipsum ') };
  const labels = { app: 'bench', part: name.slice(-1) };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default', labels }, data };
}

export async function createSample(server: ApiServer, name: string): Promise<void> {
  const body = JSON.stringify(sample(name));
  const headers = { 'content-type': 'application/json' };
  const response = await server.fetch(MAPS, { method: 'POST', body, headers });
  await response.arrayBuffer();
  if (response.status !== 201) throw new Error(`The server did not create ${name}: ${response.status}`);
}

export async function applySample(server: ApiServer, name: string, text: string): Promise<void> {
  const object = { ...sample(name), data: { text, other: 'x' } };
  const response = await server.fetch(`${MAPS}/${name}?fieldManager=bench&force=true`, {
    method: 'PATCH',
    body: JSON.stringify(object),
    headers: { 'content-type': 'application/apply-patch+yaml' },
  });
  await response.arrayBuffer();
  if (response.status > 201) throw new Error(`The server did not apply ${name}: ${response.status}`);
}

/** Lists all samples; returns the number of bytes. */
export async function listSamples(server: ApiServer): Promise<number> {
  const response = await server.fetch(MAPS);
  return (await response.arrayBuffer()).byteLength;
}

/** How many samples a list shows. */
export async function countSamples(server: ApiServer): Promise<number> {
  const response = await server.fetch(`${MAPS}?labelSelector=app%3Dbench`);
  const { items } = (await response.json()) as { readonly items: readonly unknown[] };
  return items.length;
}

export const WATCH_SAMPLES = `${MAPS}?watch=true`;
