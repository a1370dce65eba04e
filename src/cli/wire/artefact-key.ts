import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../../core/index.ts';
import { createArtefactSigner, generateArtefactKey } from '../../supply-chain/index.ts';
import type { ArtefactSigner } from '../../supply-chain/index.ts';
import { readOptional } from './data-directory.ts';

/** The key of a data directory that signs images, made where it is missing. @throws UsageError when it cannot be kept */
export async function artefactSigner(directory: string): Promise<ArtefactSigner> {
  const file = join(directory, 'artefact.pem');
  const known = await readOptional(file);
  if (known !== undefined) return createArtefactSigner(known);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  // Two at once: the one that comes second signs with the key of the first.
  await writeFile(file, generateArtefactKey(), { mode: 0o600, flag: 'wx', flush: true }).catch(unlessThere);
  const signer = createArtefactSigner(await readFile(file, 'utf8'));
  await writeFile(join(directory, 'artefact.pub.pem'), signer.publicKeyPem);
  return signer;
}

function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw new UsageError(`Cannot keep the signing key: ${error.message}`, { cause: error });
}
