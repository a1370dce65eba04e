import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openMirror } from '../../git/index.ts';
import type { Mirror, RemoteCredentials } from '../../git/index.ts';
import { networkFetch } from './network.ts';

/** Runs `work` on a clone of the remote that is removed afterwards. */
export async function withMirror<T>(
  remote: { readonly url: string; readonly credentials?: RemoteCredentials },
  work: (mirror: Mirror) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'stoa-clone-'));
  try {
    await using mirror = await openMirror({ ...remote, directory, fetch: networkFetch });
    return await work(mirror);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
