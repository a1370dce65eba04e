import type { KubeObject } from '../kube/index.ts';
import { DocumentCache } from './accumulate/document-cache.ts';
import { fixNameReferences } from './accumulate/name-references.ts';
import { resolveVariables } from './accumulate/variables.ts';
import { SchemaHolder } from './accumulate/schema-holder.ts';
import { Target } from './accumulate/target.ts';
import { DirectorySource } from './files/directory-source.ts';
import type { KustomizeOverrides } from './kustomization/overrides.ts';
import type { BuildCache } from './build-cache.ts';
import { Loader } from './files/loader.ts';
import type { LoadSession } from './files/loader.ts';
import { MapSource } from './files/source.ts';
import type { FileSource } from './files/source.ts';
import { transformHashes } from './generate/hash.ts';
import type { Resource } from './model/resource.ts';
import type { ResourceMap } from './model/resource-map.ts';
import { annotateOrigin } from './model/origin.ts';
import type { Kustomization } from './model/kustomization.ts';
import { sortLegacy, sortResources } from './order/legacy.ts';
import { addPairs } from './transform/metadata.ts';
import { inFile } from './errors.ts';
import { emitDocument } from './yaml/emit.ts';
import { toJson } from './yaml/value.ts';

export interface BuildOptions {
  readonly signal?: AbortSignal;
  /** `legacy` sorts by kind, as `kubectl kustomize` does; `none` keeps the order of the files. @default 'legacy' */
  readonly reorder?: 'none' | 'legacy';
  /**
   * `rootOnly`: a kustomization reads files only from its own folder and below. `none`: from the whole repository.
   * @default 'rootOnly'
   */
  readonly loadRestrictor?: 'rootOnly' | 'none';
  /** Copies of remote bases: folders of the repository by the URL that kustomizations name. @default none */
  readonly vendored?: ReadonlyMap<string, string>;
  /** Gives the result of an earlier build when nothing that it read has changed. @default none */
  readonly cache?: BuildCache;
  /** Laid over the kustomization of `path`. */
  readonly overrides?: KustomizeOverrides | undefined;
}

/** Where an object was written, and what it was called there. */
export interface ObjectSource {
  /** Of what a generator makes the kustomization; below the root. */
  readonly file: string;
  readonly name: string;
}

export interface BuildResult {
  readonly objects: readonly KubeObject[];
  /** In the order of `objects`. */
  readonly sources: readonly ObjectSource[];
  /** What `kustomize build` prints. */
  readonly yaml: string;
  /** Every file that was read, by path below the root, with the hash of its content. */
  readonly closure: ReadonlyMap<string, string>;
}

export type BuildSource = string | ReadonlyMap<string, string | Uint8Array> | FileSource;

const shared = new DocumentCache();

/**
 * Builds the kustomization in the folder `path` of `source`: a directory on disk, files in memory, or anything that
 * reads files.
 * @throws KustomizeError; the reason of the signal when it aborts
 */
export async function build(source: BuildSource, path: string, options: BuildOptions = {}): Promise<BuildResult> {
  const files = asSource(source);
  const { cache } = options;
  if (cache === undefined) return (await run(files, path, options)).result;
  const key = cacheKey(path, options);
  const known = await cache.find(key, files);
  if (known !== undefined) return known;
  const { result, session } = await run(files, path, options);
  cache.keep(key, result, session);
  return result;
}

function cacheKey(path: string, { reorder, loadRestrictor, vendored, overrides }: BuildOptions): string {
  return JSON.stringify([path, reorder, loadRestrictor, [...(vendored ?? [])], overrides]);
}

interface Run {
  readonly result: BuildResult;
  readonly session: LoadSession;
}

async function run(source: FileSource, path: string, options: BuildOptions): Promise<Run> {
  const session: LoadSession = {
    source,
    closure: new Map<string, string>(),
    unrestricted: options.loadRestrictor === 'none',
    vendored: options.vendored ?? new Map<string, string>(),
    signal: options.signal,
    lookups: { files: new Map(), folders: new Map(), links: new Map() },
    files: 0,
  };
  const loader = new Loader(session, new Loader(session, '').resolve(path));
  const target = await Target.load(loader, { cache: shared, schema: new SchemaHolder() }, options.overrides);
  const accumulator = await target.accumulate();
  const { resources, config } = accumulator;
  transformHashes(resources);
  inFile(target.file, () => {
    fixNameReferences(resources, config.nameReference);
    resolveVariables(accumulator);
    resources.checkUnique();
    finish(resources, target.kustomization, options);
  });
  return { result: new Result(resources.all, session.closure), session };
}

function asSource(source: BuildSource): FileSource {
  if (typeof source === 'string') return new DirectorySource(source);
  return source instanceof Map ? new MapSource(source) : (source as FileSource);
}

const LOCAL_CONFIG = 'config.kubernetes.io/local-config';

function finish(
  resources: ResourceMap,
  { sortOptions, buildMetadata = [] }: Kustomization,
  { reorder = 'legacy' }: BuildOptions,
): void {
  resources.filter((resource) => !resource.isDeleted && isForCluster(resource));
  if (sortOptions !== undefined) sortResources(resources, sortOptions);
  else if (reorder === 'legacy') sortLegacy(resources);
  for (const resource of resources.all) {
    resource.tidyAnnotations();
    annotateOrigin(resource, buildMetadata);
    if (buildMetadata.includes('managedByLabel')) addPairs(resource, MANAGED_BY);
  }
}

const MANAGED_BY = {
  pairs: { 'app.kubernetes.io/managed-by': 'kustomize-(devel)' },
  fieldSpecs: [{ path: 'metadata/labels', create: true }],
};

function isForCluster(resource: Resource): boolean {
  const local = resource.annotation(LOCAL_CONFIG);
  return local === undefined || local === 'false';
}

class Result implements BuildResult {
  readonly closure: ReadonlyMap<string, string>;
  readonly #resources: readonly Resource[];
  #objects: readonly KubeObject[] | undefined;
  #yaml: string | undefined;

  constructor(resources: readonly Resource[], closure: ReadonlyMap<string, string>) {
    this.#resources = resources;
    this.closure = closure;
  }

  get objects(): readonly KubeObject[] {
    this.#objects ??= this.#resources.map(({ node }) => toJson(node) as KubeObject);
    return this.#objects;
  }

  get sources(): readonly ObjectSource[] {
    return this.#resources.map(({ file = '', originalId }) => ({ file, name: originalId.name }));
  }

  get yaml(): string {
    this.#yaml ??= this.#resources.map(({ node }) => emitDocument(node)).join('---\n');
    return this.#yaml;
  }
}
