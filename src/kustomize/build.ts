import { formatYaml } from '../core/index.ts';
import type { JsonObject, JsonValue } from '../core/index.ts';
import type { KubeObject } from '../kube/index.ts';
import { KustomizeError } from './errors.ts';
import { Files, resolvePath } from './file-source.ts';
import type { Source } from './file-source.ts';
import { generate } from './generators.ts';
import { checkObject, parseDocuments, parseKustomization } from './kustomization.ts';
import type { ImageSpec, Kustomization, PatchSpec } from './kustomization.ts';
import { addHashSuffixes } from './name-references.ts';
import { legacyOrder } from './order.ts';
import { applyPatch } from './patches.ts';
import { describe, idOf } from './resource.ts';
import type { Resource } from './resource.ts';
import { setAnnotations, setImages, setLabels, setNamespace, setReplicas } from './transformers.ts';

/** What is laid over a kustomization from outside, as an Application's `spec.source.kustomize` does. */
export interface KustomizeOverrides {
  /** `name=newName:tag`, `name:tag` or `name@digest`, as Argo CD writes them. */
  readonly images?: readonly string[] | undefined;
  readonly namespace?: string | undefined;
  readonly commonLabels?: Readonly<Record<string, string>> | undefined;
  readonly commonAnnotations?: Readonly<Record<string, string>> | undefined;
  readonly replicas?: readonly { readonly name: string; readonly count: number | string }[] | undefined;
  readonly patches?: readonly unknown[] | undefined;
  readonly components?: readonly string[] | undefined;
}

export interface BuildOptions {
  readonly signal?: AbortSignal;
  /** `legacy`: as `kustomize build` prints; `none`: as read. @default 'legacy' */
  readonly reorder?: 'none' | 'legacy';
  readonly overrides?: KustomizeOverrides | undefined;
}

export interface BuildResult {
  readonly objects: readonly KubeObject[];
  readonly yaml: string;
  /** Every file that was read, with the SHA-256 of its content. */
  readonly closure: ReadonlyMap<string, string>;
}

export const KUSTOMIZATION_FILES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'] as const;
const MAX_DEPTH = 64;

/**
 * Builds the kustomization in folder `path` of `source`. Nothing outside the source is read.
 * @throws KustomizeError naming file and, where known, line
 */
export async function build(source: Source, path: string, options: BuildOptions = {}): Promise<BuildResult> {
  const files = new Files(source);
  const builder = new Builder(files, options.signal);
  const folder = resolvePath('', path, path);
  const resources = await builder.folder(folder, []);
  if (options.overrides !== undefined) await builder.override(resources, options.overrides, folder);
  addHashSuffixes(resources);
  checkUnique(resources);
  const ordered = options.reorder === 'none' ? resources : legacyOrder(resources);
  const objects = ordered.map(({ content }) => content as unknown as KubeObject);
  return {
    objects,
    get yaml() {
      return objects.map((object) => formatYaml(sortKeys(object as unknown as JsonValue))).join('---\n');
    },
    closure: files.closure,
  };
}

class Builder {
  readonly #files: Files;
  readonly #signal: AbortSignal | undefined;

  constructor(files: Files, signal: AbortSignal | undefined) {
    this.#files = files;
    this.#signal = signal;
  }

  /** @param trail folders that are being built, to find circles */
  async folder(folder: string, trail: readonly string[]): Promise<Resource[]> {
    const { kustomization, file } = await this.#read(folder, trail);
    const resources: Resource[] = [];
    for (const reference of [...(kustomization.resources ?? []), ...(kustomization.bases ?? [])]) {
      resources.push(...(await this.#resource(reference, { folder, file, trail: [...trail, folder] })));
      checkUnique(resources);
    }
    return this.#transform(resources, kustomization, { folder, file, trail: [...trail, folder] });
  }

  /** Lays an Application's overrides over what was built. */
  async override(resources: Resource[], overrides: KustomizeOverrides, folder: string): Promise<void> {
    const file = 'spec.source.kustomize';
    const kustomization = parseKustomization(
      JSON.stringify({ ...overrides, images: (overrides.images ?? []).map(parseImageOverride) }),
      file,
    );
    const left = await this.#transform([...resources], kustomization, { folder, file, trail: [folder] });
    resources.splice(0, resources.length, ...left);
  }

  async #read(
    folder: string,
    trail: readonly string[],
  ): Promise<{ readonly kustomization: Kustomization; readonly file: string }> {
    this.#signal?.throwIfAborted();
    if (trail.includes(folder))
      throw new KustomizeError(
        'CYCLE',
        `Cannot build ${folder}: it contains itself (${[...trail, folder].join(' → ')})`,
      );
    if (trail.length > MAX_DEPTH)
      throw new KustomizeError('CYCLE', `Cannot build ${folder}: more than ${MAX_DEPTH} levels`);
    for (const name of KUSTOMIZATION_FILES) {
      const file = folder === '' ? name : `${folder}/${name}`;
      if (await this.#files.has(file))
        return { file, kustomization: parseKustomization(await this.#files.text(file, file), file) };
    }
    throw new KustomizeError('NOT_FOUND', `Cannot build ${folder || '.'}: it has no kustomization.yaml`, {
      file: trail.at(-1) ?? folder,
    });
  }

  async #resource(reference: string, place: Place): Promise<readonly Resource[]> {
    const path = resolvePath(place.folder, reference, place.file);
    if (await this.#files.isDirectory(path)) return this.folder(path, place.trail);
    const text = await this.#files.text(path, place.file);
    return parseDocuments(text, path).flatMap((document) =>
      objectsOf(document, path).map((content) => ({ content, names: [], file: path })),
    );
  }

  async #transform(resources: Resource[], kustomization: Kustomization, place: Place): Promise<Resource[]> {
    let left = resources;
    for (const reference of kustomization.components ?? [])
      left = await this.#component(left, resolvePath(place.folder, reference, place.file), place.trail);
    await this.#generators(left, kustomization, place);
    left = await this.#patches(left, kustomization, place);
    this.#metadata(left, kustomization);
    for (const replica of kustomization.replicas ?? []) {
      if (setReplicas(left, replica) === 0) {
        throw new KustomizeError('NOT_FOUND', `Cannot set replicas: there is no workload ${replica.name}`, {
          file: place.file,
        });
      }
    }
    setImages(left, kustomization.images ?? []);
    return left;
  }

  #metadata(resources: readonly Resource[], kustomization: Kustomization): void {
    if (kustomization.namespace !== undefined && kustomization.namespace !== '')
      setNamespace(resources, kustomization.namespace);
    for (const { pairs, includeSelectors = false, includeTemplates = false } of kustomization.labels ?? []) {
      setLabels(resources, { pairs, selectors: includeSelectors, templates: includeTemplates });
    }
    if (kustomization.commonLabels != null)
      setLabels(resources, { pairs: kustomization.commonLabels, selectors: true, templates: true });
    if (kustomization.commonAnnotations != null) setAnnotations(resources, kustomization.commonAnnotations);
  }

  async #component(resources: Resource[], folder: string, trail: readonly string[]): Promise<Resource[]> {
    const { kustomization, file } = await this.#read(folder, trail);
    if (kustomization.kind !== 'Component')
      throw new KustomizeError('INVALID', `Cannot use ${folder} as a component: its kind is not Component`, { file });
    const place = { folder, file, trail: [...trail, folder] };
    for (const reference of kustomization.resources ?? []) resources.push(...(await this.#resource(reference, place)));
    return this.#transform(resources, kustomization, place);
  }

  async #generators(resources: Resource[], kustomization: Kustomization, { folder, file }: Place): Promise<void> {
    const context = { files: this.#files, folder, file, defaults: kustomization.generatorOptions ?? undefined };
    for (const spec of kustomization.configMapGenerator ?? [])
      await generate(resources, spec, { ...context, kind: 'ConfigMap' });
    for (const spec of kustomization.secretGenerator ?? [])
      await generate(resources, spec, { ...context, kind: 'Secret' });
  }

  async #patches(resources: Resource[], kustomization: Kustomization, place: Place): Promise<Resource[]> {
    const strategic = (kustomization.patchesStrategicMerge ?? []).map((entry): PatchSpec =>
      entry.includes('\n') ? { patch: entry } : { path: entry },
    );
    let left = resources;
    for (const spec of [...strategic, ...(kustomization.patches ?? []), ...(kustomization.patchesJson6902 ?? [])]) {
      const path = spec.path === undefined ? place.file : resolvePath(place.folder, spec.path, place.file);
      const text = spec.path === undefined ? (spec.patch ?? '') : await this.#files.text(path, place.file);
      left = [...applyPatch(left, { text, file: path, spec })];
    }
    return left;
  }
}

interface Place {
  readonly folder: string;
  readonly file: string;
  readonly trail: readonly string[];
}

function objectsOf(document: JsonValue, file: string): readonly JsonObject[] {
  const object = document as JsonObject;
  const items = object['items'];
  if (typeof object['kind'] === 'string' && object['kind'].endsWith('List') && Array.isArray(items))
    return items.map((item) => checkObject(item, file));
  return [checkObject(document, file)];
}

function checkUnique(resources: readonly Resource[]): void {
  const seen = new Set<string>();
  for (const resource of resources) {
    const id = idOf(resource);
    if (seen.has(id))
      throw new KustomizeError('DUPLICATE', `Cannot build: ${describe(resource)} is there twice`, {
        file: resource.file,
      });
    seen.add(id);
  }
}

function parseImageOverride(text: string): ImageSpec {
  const [name, target] = text.includes('=')
    ? [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]
    : ['', text];
  const [rest = '', digest] = target.split('@');
  const colon = rest.lastIndexOf(':');
  const tagged = colon > rest.lastIndexOf('/');
  const base = tagged ? rest.slice(0, colon) : rest;
  return {
    name: name || base,
    newName: base,
    ...(tagged ? { newTag: rest.slice(colon + 1) } : {}),
    ...(digest === undefined ? {} : { digest }),
  };
}

function sortKeys(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sortKeys(item)]),
  );
}
