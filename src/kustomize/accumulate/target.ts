import { KustomizeError, inFile } from '../errors.ts';
import type { LoadedFile, Loader } from '../files/loader.ts';
import { generateConfigMap, generateSecret, withGlobalOptions } from '../generate/generators.ts';
import { applyOverrides } from '../kustomization/overrides.ts';
import type { KustomizeOverrides } from '../kustomization/overrides.ts';
import { readKustomization } from '../kustomization/read.ts';
import type { KustomizationFile } from '../kustomization/read.ts';
import { Resource } from '../model/resource.ts';
import type { BuildContext, Configuring } from './context.ts';
import { Accumulator } from './accumulator.ts';
import { builtinTransformers } from './builtin-transformers.ts';

/** One kustomization or component being built. */
export class Target {
  readonly #loader: Loader;
  readonly #file: KustomizationFile;
  readonly #context: BuildContext;

  private constructor(loader: Loader, file: KustomizationFile, context: BuildContext) {
    this.#loader = loader;
    this.#file = file;
    this.#context = context;
  }

  /** @param overrides laid over this kustomization, not over those below it */
  static async load(loader: Loader, context: BuildContext, overrides?: KustomizeOverrides): Promise<Target> {
    const read = await readKustomization(loader);
    if (overrides === undefined) return new Target(loader, read, context);
    const kustomization = inFile(read.file, () => applyOverrides(read.kustomization, overrides));
    return new Target(loader, { ...read, kustomization }, context);
  }

  get kustomization(): KustomizationFile['kustomization'] {
    return this.#file.kustomization;
  }

  get file(): string {
    return this.#file.file;
  }

  /** Builds into `into`: of a component that is what its parent has; else a new one. */
  async accumulate(into: Accumulator = new Accumulator()): Promise<Accumulator> {
    const { kustomization } = this;
    await this.#useSchema();
    await this.#addResources(into, kustomization.resources ?? []);
    await this.#runGenerators(into);
    for (const path of kustomization.components ?? []) await this.#addComponent(into, path);
    await this.#runTransformers(into);
    for (const variable of kustomization.vars ?? []) into.addVariable(variable);
    return into;
  }

  async #addResources(into: Accumulator, paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      const file = await this.#loadFile(path);
      if (file !== undefined) this.#addFile(into, file);
      else into.absorb(await this.#accumulateFolder(path));
    }
  }

  /** `undefined` when the path is a folder. */
  async #loadFile(path: string): Promise<LoadedFile | undefined> {
    if (this.#loader.session.vendored.has(path)) return undefined;
    if (await this.#loader.isDirectory(path)) return undefined;
    return inFileAsync(this.file, () => this.#loader.load(path));
  }

  #addFile(into: Accumulator, file: LoadedFile): void {
    for (const node of this.#context.cache.nodes(file))
      inFile(file.file, () => into.resources.append(new Resource(node)));
  }

  async #accumulateFolder(path: string): Promise<Accumulator> {
    const loader = await inFileAsync(this.file, () => this.#loader.enter(path));
    const target = await Target.load(loader, this.#context);
    if (target.kustomization.kind === 'Component') {
      throw new KustomizeError(
        'INVALID_KUSTOMIZATION',
        `Expected kind != 'Component' for path '${path}': list it under components`,
        {
          file: this.file,
        },
      );
    }
    return target.accumulate();
  }

  async #addComponent(into: Accumulator, path: string): Promise<void> {
    const loader = await inFileAsync(this.file, () => this.#loader.enter(path));
    const target = await Target.load(loader, this.#context);
    if (target.kustomization.kind !== 'Component') {
      throw new KustomizeError(
        'INVALID_KUSTOMIZATION',
        `Expected kind 'Component' for path '${path}' but got '${target.kustomization.kind ?? ''}'`,
        { file: this.file },
      );
    }
    await target.accumulate(into);
  }

  async #useSchema(): Promise<void> {
    const { openapi } = this.kustomization;
    if (openapi === undefined) return;
    const { cache, schema } = this.#context;
    await inFileAsync(this.file, () =>
      schema.use(openapi, async (path) => {
        const file = await this.#loader.load(path);
        return { file, documents: cache.documents(file) };
      }),
    );
  }

  async #runTransformers({ resources, config }: Accumulator): Promise<void> {
    const configuring: Configuring = {
      loader: this.#loader,
      context: this.#context,
      file: this.file,
      origin: undefined,
    };
    for (const transformer of await builtinTransformers(this.kustomization, config, configuring)) {
      transformer.run(resources);
      resources.changed();
      if (resources.all.some(({ isDeleted }) => isDeleted)) resources.filter(({ isDeleted }) => !isDeleted);
    }
  }

  async #runGenerators(into: Accumulator): Promise<void> {
    const { configMapGenerator = [], secretGenerator = [], generatorOptions } = this.kustomization;
    await inFileAsync(this.file, async () => {
      for (const args of configMapGenerator) {
        into.absorbGenerated(await generateConfigMap(withGlobalOptions(args, generatorOptions), this.#loader));
      }
      for (const args of secretGenerator) {
        into.absorbGenerated(await generateSecret(withGlobalOptions(args, generatorOptions), this.#loader));
      }
    });
  }
}

export async function inFileAsync<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof KustomizeError ? error.in(file) : error;
  }
}
