import type { KubeObject } from '../kube/index.ts';
import { AllowList, DEFAULT_DIFFERENCES } from './allowed-differences.ts';
import { deploymentsOf, protectedFolders, stagesOf } from './deployments.ts';
import type { DeploymentsByFolder, PipelineStage } from './deployments.ts';
import { checkDifferences } from './differences.ts';
import type { EnvironmentGroup } from './differences.ts';
import { checkDuplicates } from './duplicates.ts';
import { checkEnvironments } from './environments.ts';
import { mergeFindings } from './finding.ts';
import type { Finding, NewFinding } from './finding.ts';
import { checkImages } from './images.ts';
import { environmentFolder, findOverlays, lastStep } from '../kustomize/index.ts';
import { Locator } from './locate.ts';
import { readManifests } from './manifests.ts';
import type { Manifest } from './manifests.ts';
import { checkReferences } from './references.ts';
import { environmentName, renderOverlay } from './rendered.ts';
import type { RenderedOverlay } from './rendered.ts';
import { openRepository } from './repository.ts';
import type { Repository } from './repository.ts';
import { Schemas, checkObjectSchema } from './schemas.ts';
import { Scope } from './scope.ts';
import { checkSelectors } from './selectors.ts';
import { readSettings } from './settings.ts';
import type { Settings } from './settings.ts';

export interface ValidationOptions {
  readonly signal: AbortSignal;
  /**
   * Environments that need images by digest, by the last step of their folders; Pipelines and Applications of the
   * repository that name protected environments go before. @default staging and prod
   */
  readonly protectedEnvironments?: readonly string[];
  /** CustomResourceDefinitions beside those of the repository. @default none */
  readonly definitions?: readonly KubeObject[];
}

export interface ValidationResult {
  /** Folders that were built. */
  readonly overlays: readonly string[];
  /** In the order of files and lines. */
  readonly findings: readonly Finding[];
}

/**
 * Renders every overlay of a repository (a folder on disk, or files by path) and checks what comes out.
 * @throws UsageError when there is no such folder; the reason of the signal when it aborts
 */
export async function validate(
  source: string | ReadonlyMap<string, string>,
  options: ValidationOptions,
): Promise<ValidationResult> {
  const repository = await openRepository(source);
  const { settings, findings } = await readSettings(repository);
  const manifests = await readManifests(repository, options.signal);
  const found = [...findings];
  const overlays: RenderedOverlay[] = [];
  const candidates = await findOverlays(repository);
  for (const overlay of candidates) {
    const rendered = await renderOverlay(repository, overlay, options.signal);
    if ('rule' in rendered) found.push(rendered);
    else overlays.push(rendered);
  }
  const inspection = new Inspection({ repository, settings, manifests, overlays }, options);
  found.push(...(await inspection.run()));
  return { overlays: candidates.map(({ path }) => path), findings: mergeFindings(found) };
}

interface Inspected {
  readonly repository: Repository;
  readonly settings: Settings;
  readonly manifests: readonly Manifest[];
  readonly overlays: readonly RenderedOverlay[];
}

/** The checks of what was rendered. */
class Inspection {
  readonly #input: Inspected;
  readonly #options: ValidationOptions;
  readonly #locator: Locator;
  readonly #deployments: DeploymentsByFolder;
  readonly #stages: readonly PipelineStage[];
  readonly #schemas: Schemas;
  readonly #protected: ReadonlySet<string>;
  /** By cluster. */
  readonly #scopes = new Map<string, Scope>();

  constructor(input: Inspected, options: ValidationOptions) {
    this.#input = input;
    this.#options = options;
    this.#locator = new Locator(input.repository);
    this.#deployments = deploymentsOf(input.manifests);
    this.#stages = stagesOf(input.manifests);
    this.#protected = protectedFolders(this.#stages, this.#deployments);
    const own = input.manifests.map(({ object }) => object);
    this.#schemas = new Schemas([...(options.definitions ?? []), ...own]);
  }

  async run(): Promise<readonly NewFinding[]> {
    const { repository, overlays } = this.#input;
    const found: NewFinding[] = [];
    for (const overlay of overlays) found.push(...(await this.#checkOverlay(overlay)));
    const context = {
      repository,
      deployments: [...this.#deployments.values()].flat(),
      stages: this.#stages,
      locator: this.#locator,
    };
    found.push(...(await checkEnvironments(context)));
    found.push(...(await checkDuplicates(overlays, this.#deployments, this.#locator)));
    const allowed = new AllowList([...DEFAULT_DIFFERENCES, ...this.#input.settings.differences.allow]);
    for (const group of this.#groups()) found.push(...(await checkDifferences(group, allowed, this.#locator)));
    return found;
  }

  async #checkOverlay(overlay: RenderedOverlay): Promise<readonly NewFinding[]> {
    const { settings } = this.#input;
    const scope = this.#scopeOf(overlay);
    const isProtected = this.#isProtected(overlay);
    const found: NewFinding[] = [];
    for (const placed of overlay.objects) {
      this.#options.signal.throwIfAborted();
      found.push(
        ...(await checkObjectSchema(placed, this.#schemas, this.#locator)),
        ...(await checkReferences(placed, { scope, settings, locator: this.#locator })),
        ...(await checkSelectors(placed, scope, this.#locator)),
        ...(isProtected ? await checkImages(placed, this.#locator) : []),
      );
    }
    return found;
  }

  /** The objects of all overlays on one cluster; of an overlay that no Application deploys its own. */
  #scopeOf(overlay: RenderedOverlay): Scope {
    const own = this.#deployments.get(overlay.path)?.[0];
    if (own === undefined) return new Scope(overlay.objects, () => 'default');
    const known = this.#scopes.get(own.cluster);
    if (known !== undefined) return known;
    const together = this.#input.overlays.filter(({ path }) =>
      this.#deployments.get(path)?.some(({ cluster }) => cluster === own.cluster),
    );
    const scope = new Scope(
      together.flatMap(({ objects }) => objects),
      ({ path }) => this.#deployments.get(path)?.[0]?.namespace || 'default',
    );
    this.#scopes.set(own.cluster, scope);
    return scope;
  }

  #isProtected({ path }: RenderedOverlay): boolean {
    const { protectedEnvironments = ['staging', 'prod'] } = this.#options;
    return this.#protected.size > 0 ? this.#protected.has(path) : protectedEnvironments.includes(lastStep(path));
  }

  /** Environments by the folder that they are in; the last stage of a Pipeline, or production, is last. */
  #groups(): readonly EnvironmentGroup[] {
    const groups = new Map<string, RenderedOverlay[]>();
    for (const overlay of this.#input.overlays) {
      const folder = environmentFolder(overlay.path);
      if (folder !== undefined) groups.set(folder, [...(groups.get(folder) ?? []), overlay]);
    }
    return [...groups.values()].map((group) => group.sort((a, b) => this.#rank(a) - this.#rank(b)));
  }

  #rank(overlay: RenderedOverlay): number {
    const stage = this.#stages.find(({ folder }) => folder === overlay.path);
    const at = stage?.field.at(-1);
    if (typeof at === 'number') return at;
    return ['prod', 'production'].includes(environmentName(overlay)) ? Number.MAX_SAFE_INTEGER : -1;
  }
}
