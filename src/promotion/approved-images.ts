import type { Mirror } from '../git/index.ts';
import { imagesOf } from '../kube/index.ts';
import type { KubeObject } from '../kube/index.ts';
import { refOf } from './environment-ref.ts';
import type { PipelineEnvironment, Promotion } from './kinds.ts';
import { renderAt } from './rendered.ts';

const MOST_COMMITS = 64;

interface Place {
  /** One environment, as each pipeline has it. */
  readonly environments: readonly PipelineEnvironment[];
  readonly promotions: readonly Promotion[];
  readonly signal: AbortSignal;
}

/** Digests that the approved commits of environments render. */
export class ApprovedImages {
  readonly #mirror: Mirror;
  /** By overlay and commit, which never change. */
  readonly #rendered = new Map<string, Promise<ReadonlySet<string>>>();

  constructor(mirror: Mirror) {
    this.#mirror = mirror;
  }

  /**
   * Whether a digest is of the commit that the environment was approved for, or of the one before it, since a canary
   * that is given up goes back there; or of the environment's smoke tests. Looks at the remote before it says no.
   * @throws KustomizeError, GitError
   */
  async has(digest: string, place: Place): Promise<boolean> {
    if (place.environments.some(({ smokeTest }) => smokeTest?.image.endsWith(`@${digest}`))) return true;
    if (await this.#rendersAny(digest, place)) return true;
    await this.#mirror.fetch(place.signal);
    return this.#rendersAny(digest, place);
  }

  async #rendersAny(digest: string, { environments, promotions, signal }: Place): Promise<boolean> {
    for (const environment of environments) {
      const commit = await this.#mirror.resolve(refOf(environment), signal);
      if (commit === undefined) continue;
      const before = promotions
        .filter(({ spec, status }) => spec.environment === environment.name && status?.approvedCommit === commit)
        .flatMap(({ status }) => status?.previousCommit ?? []);
      for (const each of [commit, ...before])
        if ((await this.#digestsAt(each, environment.path, signal)).has(digest)) return true;
    }
    return false;
  }

  #digestsAt(commit: string, path: string, signal: AbortSignal): Promise<ReadonlySet<string>> {
    const key = `${commit} ${path}`;
    const cached = this.#rendered.get(key);
    if (cached !== undefined) return cached;
    const found = this.#render(commit, path, signal);
    found.catch(() => this.#rendered.delete(key));
    this.#rendered.set(key, found);
    const [oldest = ''] = this.#rendered.keys();
    if (this.#rendered.size > MOST_COMMITS) this.#rendered.delete(oldest);
    return found;
  }

  async #render(commit: string, path: string, signal: AbortSignal): Promise<ReadonlySet<string>> {
    const { objects } = await renderAt(this.#mirror, commit, { path, signal });
    const images = [...objects.values()].flatMap((object) => imagesOf(object as unknown as KubeObject));
    return new Set(images.map((image) => image.split('@')[1] ?? ''));
  }
}
