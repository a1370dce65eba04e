import type { Informer } from '../../controller/index.ts';
import { apiVersionOf, gvkOf } from '../../kube/index.ts';
import type { KubeClient } from '../../kube/index.ts';
import { SECRET_TYPE_LABEL } from '../cluster-registry.ts';
import { globMatch } from '../glob.ts';
import type { Repositories } from '../repositories.ts';
import type { RevisionFiles } from '../revision-files.ts';
import { GeneratorError } from './generators/generator-error.ts';
import type { ClusterSource, GitRequest, GitSource } from './generators/sources.ts';

const MAX_FILES = 20_000;
const MAX_FILE_BYTES = 1024 * 1024;

/** Git generators' files and folders, from the mirrors that Applications are rendered from. */
export function gitSource(repositories: Repositories, onRead: (url: string) => void): GitSource {
  const filesAt = async ({ repoUrl, revision }: GitRequest): Promise<RevisionFiles> => {
    onRead(repoUrl);
    const repository = await repositories.get(repoUrl);
    return repository.files(await repository.resolve(revision));
  };
  return {
    directories: async (request) => (await filesAt(request)).directories.filter(isShown),
    files: async (request, signal) => {
      const files = await filesAt(request);
      const pattern = anyDepth(request.pattern);
      // links and submodules are no files of the repository's own
      const matching = files
        .list('')
        .filter(({ path, mode }) => mode.startsWith('100') && globMatch(pattern, path, '/'));
      if (matching.length > MAX_FILES) {
        throw new GeneratorError(`${request.pattern} matches ${matching.length} files, more than ${MAX_FILES}`);
      }
      const found = new Map<string, string | undefined>();
      for (const { path } of matching) found.set(path, await readText(files, path, signal));
      return found;
    },
  };
}

function isShown(path: string): boolean {
  return path !== '' && !path.split('/').some((step) => step.startsWith('.'));
}

/** `**` stands for no folder, too. */
function anyDepth(pattern: string): string {
  return pattern.replaceAll(/(^|\/)\*\*\//g, '$1{,**/}');
}

async function readText(files: RevisionFiles, path: string, signal: AbortSignal): Promise<string | undefined> {
  const content = await files.read(path, { signal });
  return content === undefined || content.length > MAX_FILE_BYTES ? undefined : new TextDecoder().decode(content);
}

export interface HubOptions {
  readonly hub: KubeClient;
  readonly secrets: Informer;
  readonly home: string;
  /** Where the set is. */
  readonly namespace: string;
}

/** What generators ask of the hub. */
export function hubSource({ hub, secrets, home, namespace }: HubOptions): ClusterSource {
  return {
    clusterSecrets: () =>
      Promise.resolve(secrets.list(home).filter(({ metadata }) => metadata.labels?.[SECRET_TYPE_LABEL] === 'cluster')),
    configMap: async (name, signal) => {
      const found = await hub.get({ group: '', version: 'v1', kind: 'ConfigMap', namespace, name }, { signal });
      if (found === undefined) throw new GeneratorError(`configmaps "${name}" not found`);
      return found;
    },
    list: async ({ apiVersion, plural }, signal) => {
      const { group, version } = gvkOf({ apiVersion, kind: '' });
      const served = await hub.discovery.resources({ signal });
      const resource = served.find((one) => one.group === group && one.resource === plural);
      if (resource === undefined) throw new GeneratorError(`${apiVersionOf({ group, version })} serves no ${plural}`);
      const { items } = await hub.list({ group, version, kind: resource.kind }, { namespace, signal });
      return items;
    },
  };
}
