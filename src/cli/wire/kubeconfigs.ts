import { mkdir, rename, writeFile } from 'node:fs/promises';
import type { DataDirectory } from './data-directory.ts';
import type { ClusterName } from './ports.ts';

/** Keeps a cluster's kubeconfig where `kubectl --kubeconfig` finds it. @returns its path */
export async function writeKubeconfig(data: DataDirectory, name: ClusterName, text: string): Promise<string> {
  await mkdir(data.at('kubeconfigs'), { recursive: true, mode: 0o700 });
  const file = data.at('kubeconfigs', `${name}.yaml`);
  await writeFile(`${file}.tmp`, text, { mode: 0o600 });
  await rename(`${file}.tmp`, file);
  return file;
}
