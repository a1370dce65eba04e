import type { KubeObject } from '../../../kube/index.ts';
import type { ForgeGenerator } from '../application-set.ts';

export interface GitRequest {
  readonly repoUrl: string;
  readonly revision: string;
}

/** What Git generators read. */
export interface GitSource {
  /** Every directory of a revision. */
  directories(request: GitRequest, signal: AbortSignal): Promise<readonly string[]>;
  /** Files that match a pattern, with their contents; undefined for one that is too large to hold parameters. */
  files(
    request: GitRequest & { readonly pattern: string },
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, string | undefined>>;
}

export interface PullRequest {
  readonly number: number;
  readonly title?: string;
  readonly branch: string;
  readonly targetBranch?: string;
  readonly headSha: string;
  readonly labels?: readonly string[];
  readonly author?: string;
}

export interface ForgeRepository {
  readonly organization: string;
  readonly repository: string;
  readonly repositoryId?: string | number | null;
  readonly url: string;
  readonly branch: string;
  readonly sha: string;
  readonly labels?: readonly string[];
}

/** What pull request and SCM provider generators ask. Refuses a provider or address that is not allowed. */
export interface ForgeSource {
  pullRequests(generator: ForgeGenerator, signal: AbortSignal): Promise<readonly PullRequest[]>;
  repositories(generator: ForgeGenerator, signal: AbortSignal): Promise<readonly ForgeRepository[]>;
}

/** Objects on the hub. */
export interface ClusterSource {
  /** Secrets that register clusters. */
  clusterSecrets(signal: AbortSignal): Promise<readonly KubeObject[]>;
  configMap(name: string, signal: AbortSignal): Promise<KubeObject>;
  list(
    kind: { readonly apiVersion: string; readonly plural: string },
    signal: AbortSignal,
  ): Promise<readonly KubeObject[]>;
}

/** Where generators look. A source that is absent makes its generators fail, saying so. */
export interface GeneratorSources {
  readonly git?: GitSource;
  readonly forge?: ForgeSource;
  readonly clusters?: ClusterSource;
}
