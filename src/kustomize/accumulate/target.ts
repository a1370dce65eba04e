import { join } from 'node:path/posix';
import { readConfig } from '../config/read-config.ts';
import { readCrdConfig } from '../config/crd-config.ts';
import { DEFAULT_CONFIG, EMPTY_CONFIG, mergeConfig } from '../config/transformer-config.ts';
import type { TransformerConfig } from '../config/transformer-config.ts';
import { KustomizeError, inFile } from '../errors.ts';
import type { LoadedFile, Loader } from '../files/loader.ts';
import { generateConfigMap, generateSecret, withGlobalOptions } from '../generate/generators.ts';
import { applyOverrides } from '../kustomization/overrides.ts';
import type { KustomizeOverrides } from '../kustomization/overrides.ts';
import { readKustomization } from '../kustomization/read.ts';
import type { KustomizationFile } from '../kustomization/read.ts';
import { configuredBy } from '../model/origin.ts';
import type { Origin } from '../model/origin.ts';
import { Resource } from '../model/resource.ts';
import { runGeneratorPlugin } from '../plugins/configure-generator.ts';
import { configureTransformerPlugin } from '../plugins/configure-transformer.ts';
import { parseInline } from '../plugins/inline.ts';
import { readPluginConfig } from '../plugins/plugin.ts';
import type { PluginConfig } from '../plugins/plugin.ts';
import type { Transformer } from '../transform/transformer.ts';
import { Accumulator } from './accumulator.ts';
import { builtinTransformers } from './builtin-transformers.ts';
import type { BuildContext, Configuring } from './context.ts';
import { runTransformers, runValidators } from './run-transformers.ts';

/** One kustomization or component being built. */
export class Target {
  readonly #loader: Loader;
  readonly #file: KustomizationFile;
  readonly #context: BuildContext;
  /** The folder, relative to that of the kustomization that is built; only when origins are tracked. */
  readonly #folder: string | undefined;

  // eslint-disable-next-line max-params
  private constructor(loader: Loader, file: KustomizationFile, context: BuildContext, folder: string | undefined) {
    this.#loader = loader;
    this.#file = file;
    this.#context = context;
    this.#folder = folder;
  }

  /** The kustomization that is built. @param overrides laid over it, not over those below it */
  static async load(loader: Loader, context: BuildContext, overrides?: KustomizeOverrides): Promise<Target> {
    const read = await readKustomization(loader);
    const kustomization =
      overrides === undefined
        ? read.kustomization
        : inFile(read.file, () => applyOverrides(read.kustomization, overrides));
    const folder = (kustomization.buildMetadata ?? []).length > 0 ? '' : undefined;
    return new Target(loader, { ...read, kustomization }, context, folder);
  }

  async #loadBelow(path: string): Promise<Target> {
    const loader = await inFileAsync(this.file, () => this.#loader.enter(path));
    const folder = this.#folder === undefined ? undefined : join(this.#folder, path);
    return new Target(loader, await readKustomization(loader), this.#context, folder);
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
    await this.#addConfigurations(into);
    await this.#runGenerators(into);
    for (const path of kustomization.components ?? []) await this.#addComponent(into, path);
    await this.#runTransformers(into);
    await this.#runValidators(into);
    inFile(this.file, () => {
      for (const variable of kustomization.vars ?? []) into.declareVariable(variable);
    });
    return into;
  }

  async #addResources(into: Accumulator, paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      const file = await this.#loadFile(path);
      if (file !== undefined) this.#addFile(into, path, file);
      else {
        const base = await this.#accumulateFolder(path);
        inFile(this.file, () => into.absorb(base));
      }
    }
  }

  /** `undefined` when the path is a folder. */
  async #loadFile(path: string): Promise<LoadedFile | undefined> {
    if (this.#loader.session.vendored.has(path)) return undefined;
    if (await this.#loader.isDirectory(path)) return undefined;
    return inFileAsync(this.file, () => this.#loader.load(path));
  }

  #addFile(into: Accumulator, path: string, file: LoadedFile): void {
    const origin = this.#originOf(path);
    inFile(file.file, () => {
      for (const node of this.#context.cache.nodes(file)) {
        const resource = new Resource(node);
        resource.file = file.file;
        resource.origin = origin;
        this.#context.schema.meet(resource.gvk);
        into.resources.append(resource);
      }
    });
  }

  /** Of a file that this kustomization names. */
  #originOf(path: string): Origin | undefined {
    return this.#folder === undefined ? undefined : { path: join(this.#folder, path) };
  }

  get #ownOrigin(): Origin | undefined {
    return this.#originOf(this.file.split('/').at(-1) ?? '');
  }

  async #accumulateFolder(path: string): Promise<Accumulator> {
    const target = await this.#loadBelow(path);
    if (target.kustomization.kind === 'Component') {
      throw new KustomizeError(
        'INVALID_KUSTOMIZATION',
        `Expected kind != 'Component' for path '${path}': list it under components`,
        { file: this.file },
      );
    }
    return target.accumulate();
  }

  async #addComponent(into: Accumulator, path: string): Promise<void> {
    const target = await this.#loadBelow(path);
    if (target.kustomization.kind !== 'Component') {
      throw new KustomizeError(
        'INVALID_KUSTOMIZATION',
        `Expected kind 'Component' for path '${path}' but got '${target.kustomization.kind ?? ''}'`,
        { file: this.file },
      );
    }
    await target.accumulate(into);
    inFile(target.file, () => into.resources.checkUnique());
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

  async #addConfigurations(into: Accumulator): Promise<void> {
    const { configurations = [], crds = [] } = this.kustomization;
    const own = configurations.length === 0 ? DEFAULT_CONFIG : await this.#readConfigs(configurations, readConfig);
    inFile(this.file, () => into.configure(own === DEFAULT_CONFIG ? own : mergeConfig(own, DEFAULT_CONFIG)));
    if (crds.length === 0) return;
    const additions = await this.#readConfigs(crds, readCrdConfig);
    inFile(this.file, () => into.configure(additions));
  }

  async #readConfigs(paths: readonly string[], read: typeof readConfig): Promise<TransformerConfig> {
    let config = EMPTY_CONFIG;
    for (const path of paths) {
      const file = await inFileAsync(this.file, () => this.#loader.load(path));
      config = inFile(file.file, () =>
        mergeConfig(config, read(this.#context.cache.documents(file, { isLegacy: true })[0])),
      );
    }
    return config;
  }

  async #runGenerators(into: Accumulator): Promise<void> {
    const { configMapGenerator = [], secretGenerator = [], generatorOptions } = this.kustomization;
    await inFileAsync(this.file, async () => {
      for (const args of configMapGenerator) {
        const made = await generateConfigMap(withGlobalOptions(args, generatorOptions), this.#loader);
        this.#absorbGenerated(into, made, 'ConfigMapGenerator');
      }
      for (const args of secretGenerator) {
        const made = await generateSecret(withGlobalOptions(args, generatorOptions), this.#loader);
        this.#absorbGenerated(into, made, 'SecretGenerator');
      }
    });
    for (const config of await this.#readPlugins(this.kustomization.generators ?? [])) {
      await inFileAsync(config.file, async () => {
        const made = await runGeneratorPlugin(config, this.#loader);
        made.origin = config.origin;
        made.file = config.file;
        into.absorbGenerated(made);
      });
    }
  }

  #absorbGenerated(into: Accumulator, made: Resource, kind: string): void {
    made.origin = configuredBy(this.#ownOrigin, { apiVersion: 'builtin', kind });
    made.file = this.file;
    into.absorbGenerated(made);
  }

  async #runTransformers({ resources, config }: Accumulator): Promise<void> {
    const builtin = await builtinTransformers(this.kustomization, config, this.#configuring());
    runTransformers(resources, builtin);
    runTransformers(resources, await this.#configurePlugins(this.kustomization.transformers ?? []));
  }

  async #runValidators({ resources }: Accumulator): Promise<void> {
    runValidators(resources, await this.#configurePlugins(this.kustomization.validators ?? []));
  }

  #configuring(): Configuring {
    return { loader: this.#loader, context: this.#context, file: this.file, origin: this.#ownOrigin };
  }

  async #configurePlugins(entries: readonly string[]): Promise<readonly Transformer[]> {
    const found: Transformer[] = [];
    for (const config of await this.#readPlugins(entries)) {
      found.push(...(await inFileAsync(config.file, () => configureTransformerPlugin(config, this.#configuring()))));
    }
    return found;
  }

  /** The objects that configure plugins: in place, in files, or built by other kustomizations. */
  async #readPlugins(entries: readonly string[]): Promise<readonly PluginConfig[]> {
    if (entries.length === 0) return [];
    const into = new Accumulator();
    const paths: string[] = [];
    for (const entry of entries) {
      const nodes = inFile(this.file, () => parseInline(entry));
      if (nodes === undefined) paths.push(entry);
      for (const node of nodes ?? []) {
        const resource = new Resource(node);
        resource.origin = this.#ownOrigin;
        inFile(this.file, () => into.resources.append(resource));
      }
    }
    await this.#addResources(into, paths);
    return into.resources.all.map((resource) => readPluginConfig(resource, this.file));
  }
}

export async function inFileAsync<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof KustomizeError ? error.in(file) : error;
  }
}
