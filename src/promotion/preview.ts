import type { Repository } from '../git/index.ts';
import { KustomizeError, findOverlays, mayRead } from '../kustomize/index.ts';
import type { Overlay } from '../kustomize/index.ts';
import { isPolicy } from './configuration.ts';
import { compareRenderings, podsReplacedBy, renderAt } from './rendered.ts';
import type { ObjectChange, Rendering } from './rendered.ts';

/** What a change does to one overlay. */
export interface OverlayPreview {
  /** Folder of the overlay. */
  readonly path: string;
  readonly changes: readonly ObjectChange[];
  /** Workloads whose Pods are replaced. */
  readonly restarts: readonly string[];
  /** Why the overlay cannot be rendered after the change. */
  readonly fault?: string;
}

export interface ChangePreview {
  readonly base: string;
  readonly head: string;
  /** Those that change, by path. */
  readonly overlays: readonly OverlayPreview[];
  /** How many there are in all. */
  readonly total: number;
  /** Files that decide what may run. */
  readonly policy: readonly string[];
}

interface Commit {
  readonly repository: Repository;
  readonly sha: string;
  readonly signal: AbortSignal;
}

/**
 * What changes between two commits in every overlay that no other kustomization builds on: object by object. An overlay
 * is rendered only where a file has changed that it may be made of.
 * @param base,head full commit ids
 * @throws KustomizeError when the base cannot be rendered; GitError
 */
export async function previewChange(
  repository: Repository,
  { base, head, signal }: { readonly base: string; readonly head: string; readonly signal: AbortSignal },
): Promise<ChangePreview> {
  const changed = (await repository.changes(base, head, signal)).map(({ path }) => path);
  const [before, after] = [
    { repository, sha: base, signal },
    { repository, sha: head, signal },
  ];
  const [old, now] = [await overlaysOf(before), await overlaysOf(after)];
  const all = [...new Set([...old.keys(), ...now.keys()])].sort();
  const overlays: OverlayPreview[] = [];
  for (const path of all) {
    const versions = [old.get(path), now.get(path)].filter((overlay) => overlay !== undefined);
    if (!changed.some((file) => versions.some((overlay) => mayRead(overlay, file)))) continue;
    const rendering = old.has(path) ? await renderAt(repository, base, { path, signal }) : EMPTY;
    const preview = await previewOverlay(rendering, { path, commit: now.has(path) ? after : undefined });
    if (preview.changes.length > 0 || preview.fault !== undefined) overlays.push(preview);
  }
  return { base, head, overlays, total: all.length, policy: changed.filter(isPolicy) };
}

const EMPTY: Rendering = { objects: new Map(), digest: '', files: new Map() };

async function previewOverlay(
  before: Rendering,
  { path, commit }: { readonly path: string; readonly commit: Commit | undefined },
): Promise<OverlayPreview> {
  try {
    const after =
      commit === undefined ? EMPTY : await renderAt(commit.repository, commit.sha, { path, signal: commit.signal });
    const changes = compareRenderings(before, after);
    return { path, changes, restarts: podsReplacedBy(changes) };
  } catch (error) {
    if (error instanceof KustomizeError) return { path, changes: [], restarts: [], fault: error.message };
    throw error;
  }
}

async function overlaysOf({ repository, sha, signal }: Commit): Promise<ReadonlyMap<string, Overlay>> {
  const entries = new Map((await repository.tree(sha, '', signal)).map(({ path, oid }) => [path, oid]));
  const overlays = await findOverlays({
    paths: entries.keys(),
    text: async (path) => (await repository.blob(entries.get(path) ?? '', signal)).toString(),
  });
  return new Map(overlays.map((overlay) => [overlay.path, overlay]));
}
