import { canonicalJson, messageOf } from '../core/index.ts';
import type { JsonValue } from '../core/index.ts';
import type { KubeObject } from '../kube/index.ts';
import type { ApplicationSource } from './application.ts';
import { parseManifest, selectManifests } from './directory-source.ts';
import { ComparisonError } from './errors.ts';
import { OverriddenFiles } from './kustomize-overrides.ts';
import type { Reading } from './readers.ts';
import type { OpenRepository, Repositories } from './repositories.ts';
import { RecordingFiles, isUnchanged, normalizePath } from './revision-files.ts';
import type { Closure, RevisionFiles } from './revision-files.ts';

export type SourceType = 'Kustomize' | 'Directory';

/** What a source says at one commit. */
export interface Rendering {
  readonly objects: readonly KubeObject[];
  readonly type: SourceType;
}

/** `build` of the Kustomize renderer, as far as it is used here. */
export type KustomizeBuild = (
  files: RenderFiles,
  path: string,
  options: { readonly signal: AbortSignal },
) => Promise<{ readonly objects: readonly KubeObject[] }>;

interface RenderFiles {
  read(path: string): Promise<Uint8Array | undefined>;
  isDirectory(path: string): Promise<boolean>;
}

const KUSTOMIZATIONS = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

const KEPT_RENDERINGS = 16;

/** What a rendering depends on, besides the files. */
function keyOf({ repoURL, path = '', kustomize, directory }: ApplicationSource): string {
  const tools = { kustomize: kustomize ?? null, directory: directory ?? null };
  return canonicalJson({ repoURL, path, ...tools } as unknown as JsonValue);
}

interface Rendered {
  readonly closure: Closure;
  /** Of a plain folder: which manifests it holds, with their ids. */
  readonly listing?: string;
  readonly result: Rendering | ComparisonError;
}

/** What one Application has rendered, kept until a file that it read changes. A failure is kept alike. */
export type RenderMemory = Map<string, Rendered>;

export interface Resolved {
  readonly repository: OpenRepository;
  readonly revision: string;
}

/** Renders sources of Applications. Nothing is rendered twice from the same files. */
export class Renderer {
  readonly #repositories: Repositories;
  readonly #build: KustomizeBuild;
  /** How many renderings were really done; the rest came from memory. */
  rendered = 0;

  constructor(repositories: Repositories, build: KustomizeBuild) {
    this.#repositories = repositories;
    this.#build = build;
  }

  /** The repository at `url`, opened when it is not. @throws GitError */
  repository(url: string): Promise<OpenRepository> {
    return this.#repositories.get(url);
  }

  /** The commit that a source is at. @throws ComparisonError, GitError */
  async resolve(source: ApplicationSource, revision = source.targetRevision ?? ''): Promise<Resolved> {
    const repository = await this.#repositories.get(source.repoURL);
    return { repository, revision: await repository.resolve(revision) };
  }

  /** @throws ComparisonError saying what is wrong, and where */
  async render(
    source: ApplicationSource,
    at: Resolved & { readonly memory: RenderMemory; readonly signal: AbortSignal },
  ): Promise<Rendering> {
    refuseUnsupported(source);
    const files = await at.repository.files(at.revision);
    const key = keyOf(source);
    const known = at.memory.get(key);
    if (known !== undefined && stillHolds(known, source, files)) return unwrap(known.result);
    this.rendered++;
    const rendered = await this.#renderFiles(source, files, at.signal);
    at.memory.set(key, rendered);
    for (const old of [...at.memory.keys()].slice(0, -KEPT_RENDERINGS)) at.memory.delete(old);
    return unwrap(rendered.result);
  }

  /** What the last rendering of a source read. */
  readingOf(source: ApplicationSource, memory: RenderMemory): Pick<Reading, 'closure' | 'folder'> {
    const known = memory.get(keyOf(source));
    if (known === undefined) return {};
    const { closure, listing } = known;
    return listing === undefined ? { closure } : { closure, folder: normalizePath(source.path ?? '') };
  }

  async #renderFiles(source: ApplicationSource, files: RevisionFiles, signal: AbortSignal): Promise<Rendered> {
    const recording = new RecordingFiles(files, signal);
    let listing: string | undefined;
    const finish = (result: Rendered['result']): Rendered => ({
      closure: recording.closure,
      result,
      ...(listing === undefined ? {} : { listing }),
    });
    try {
      const path = normalizePath(source.path ?? '');
      if (!(await recording.isDirectory(path)))
        throw new ComparisonError(`Cannot render ${path}: app path does not exist`);
      const type = await sourceType(source, path, recording);
      if (type === 'Directory') listing = listingOf(source, files);
      const objects =
        type === 'Kustomize'
          ? await this.#kustomize(source, recording, signal)
          : await directoryObjects(source, files, recording);
      return finish({ objects, type });
    } catch (error) {
      if (signal.aborted || isTransient(error)) throw error;
      return finish(error instanceof ComparisonError ? error : new ComparisonError(messageOf(error), { cause: error }));
    }
  }

  async #kustomize(
    source: ApplicationSource,
    files: RecordingFiles,
    signal: AbortSignal,
  ): Promise<readonly KubeObject[]> {
    const path = normalizePath(source.path ?? '');
    const { kustomize } = source;
    const { objects } = await this.#build(
      kustomize === undefined ? files : new OverriddenFiles(files, path, kustomize),
      path,
      { signal },
    );
    return objects;
  }
}

function unwrap(result: Rendered['result']): Rendering {
  if (result instanceof ComparisonError) throw result;
  return result;
}

function isTransient(error: unknown): boolean {
  return error instanceof Error && (error as { retryable?: boolean }).retryable === true;
}

function stillHolds(known: Rendered, source: ApplicationSource, files: RevisionFiles): boolean {
  if (known.listing !== undefined && known.listing !== listingOf(source, files)) return false;
  return isUnchanged(known.closure, files);
}

function refuseUnsupported(source: ApplicationSource): void {
  const tool =
    source.chart !== undefined || source.helm !== undefined
      ? 'Helm'
      : source.plugin !== undefined
        ? 'Config management plugins'
        : source.directory?.jsonnet !== undefined && Object.keys(source.directory.jsonnet).length > 0
          ? 'Jsonnet'
          : undefined;
  if (tool === undefined) return;
  const verb = tool.endsWith('s') ? 'are' : 'is';
  throw new ComparisonError(
    `Cannot render ${source.repoURL}: ${tool} ${verb} not supported; use Kustomize or plain manifests`,
  );
}

async function sourceType(source: ApplicationSource, path: string, files: RecordingFiles): Promise<SourceType> {
  if (source.kustomize !== undefined) return 'Kustomize';
  if (source.directory !== undefined) return 'Directory';
  if ((await files.read(join(path, 'Chart.yaml'))) !== undefined) {
    throw new ComparisonError(`Cannot render ${path}: Helm is not supported; use Kustomize or plain manifests`);
  }
  for (const name of KUSTOMIZATIONS) if ((await files.read(join(path, name))) !== undefined) return 'Kustomize';
  return 'Directory';
}

function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

function manifestsOf(source: ApplicationSource, files: RevisionFiles): ReturnType<typeof selectManifests> {
  return selectManifests(files.list(source.path ?? ''), source.directory);
}

function listingOf(source: ApplicationSource, files: RevisionFiles): string {
  return manifestsOf(source, files)
    .map(({ path, oid }) => `${path} ${oid}`)
    .join('\n');
}

async function directoryObjects(
  source: ApplicationSource,
  files: RevisionFiles,
  recording: RecordingFiles,
): Promise<readonly KubeObject[]> {
  const folder = normalizePath(source.path ?? '');
  const objects: KubeObject[] = [];
  for (const { path } of manifestsOf(source, files)) {
    const content = await recording.read(join(folder, path));
    if (content !== undefined) objects.push(...parseManifest(join(folder, path), Buffer.from(content).toString()));
  }
  return objects;
}
