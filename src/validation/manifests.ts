import { YamlError, isJsonObject, parseYaml } from '../core/index.ts';
import type { JsonValue } from '../core/index.ts';
import type { KubeObject } from '../kube/index.ts';
import type { Repository } from './repository.ts';

/** An object as it is written in a file, which need not be how it is deployed. */
export interface Manifest {
  readonly object: KubeObject;
  readonly file: string;
}

const MAX_CHARACTERS = 4 * 1024 * 1024;

/** Every object in the YAML files of the repository; files that are no manifests are passed over. */
export async function readManifests(repository: Repository, signal: AbortSignal): Promise<readonly Manifest[]> {
  const found: Manifest[] = [];
  for (const file of repository.paths) {
    if (!/\.ya?ml$/.test(file)) continue;
    signal.throwIfAborted();
    const text = (await repository.text(file)) ?? '';
    if (text.length > MAX_CHARACTERS || !text.includes('kind')) continue;
    found.push(...objectsOf(text).map((object) => ({ object, file })));
  }
  return found;
}

function objectsOf(text: string): KubeObject[] {
  try {
    return parseYaml(text).filter(isObject);
  } catch (error) {
    // A template or the like; if an overlay uses the file, rendering says what is wrong with it.
    if (error instanceof YamlError) return [];
    throw error;
  }
}

function isObject(value: JsonValue): value is JsonValue & KubeObject {
  return (
    isJsonObject(value) &&
    typeof value['apiVersion'] === 'string' &&
    typeof value['kind'] === 'string' &&
    isJsonObject(value['metadata']) &&
    typeof value['metadata']['name'] === 'string'
  );
}

/** Those of a kind, whatever the version. */
export function ofKind(manifests: readonly Manifest[], group: string, kind: string): readonly Manifest[] {
  return manifests.filter(({ object }) => object.kind === kind && object.apiVersion.startsWith(`${group}/`));
}
