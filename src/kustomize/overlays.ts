import { YamlError, isJsonObject, parseYaml } from '../core/index.ts';
import type { JsonObject, JsonValue } from '../core/index.ts';
import { KUSTOMIZATION_FILES } from './kustomization/read.ts';

/** A folder that is built for itself. */
export interface Overlay {
  /** The folder, `.` for the root. */
  readonly path: string;
  /** Its kustomization. */
  readonly file: string;
  /**
   * What it builds on, itself first: folders, and files that are named as resources. A kustomization reads nothing that
   * is not below its folder, so a file that is in none of these does not change what is built.
   */
  readonly uses: readonly string[];
}

/** Names of folders whose children are the environments of one service. */
const ENVIRONMENT_FOLDERS: ReadonlySet<string> = new Set(['envs', 'environments', 'overlays']);

/** The folder above an environment; `undefined` for an overlay that is none. */
export function environmentFolder(path: string): string | undefined {
  const steps = path.split('/');
  return ENVIRONMENT_FOLDERS.has(steps.at(-2) ?? '') ? steps.slice(0, -1).join('/') : undefined;
}

export function lastStep(path: string): string {
  return path.split('/').at(-1) ?? path;
}

/** The files of a repository; `text` of one is `undefined` when it cannot be read as text. */
export interface OverlaySource {
  readonly paths: Iterable<string>;
  text(path: string): Promise<string | undefined>;
}

/** Every environment, and every kustomization that no other builds on; components are not built for themselves. */
export async function findOverlays(repository: OverlaySource): Promise<readonly Overlay[]> {
  const found = new Map<string, { readonly file: string; readonly content: JsonObject }>();
  for (const file of repository.paths) {
    if (!NAMES.includes(lastStep(file))) continue;
    const folder = file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : '.';
    found.set(folder, { file, content: await contentOf(repository, file) });
  }
  const uses = new Map([...found].map(([folder, { content }]) => [folder, usedBy(folder, content)]));
  const used = new Set([...uses.values()].flat());
  return [...found]
    .filter(([path, { content }]) => content['kind'] !== 'Component' && isBuilt(path, used))
    .map(([path, { file }]) => ({ path, file, uses: reachable(path, uses) }));
}

/** Whether a file lies in something that an overlay builds on. */
export function mayRead({ uses }: Overlay, file: string): boolean {
  return uses.some((place) => place === '.' || place === file || file.startsWith(`${place}/`));
}

function reachable(path: string, uses: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const seen = new Set([path]);
  // A set is walked on to what is added meanwhile.
  for (const place of seen) for (const next of uses.get(place) ?? []) seen.add(next);
  return [...seen];
}

function isBuilt(path: string, used: ReadonlySet<string>): boolean {
  return environmentFolder(path) !== undefined || !used.has(path);
}

/** Empty when it cannot be read: building it says why. */
async function contentOf(repository: OverlaySource, file: string): Promise<JsonObject> {
  try {
    const [content] = parseYaml((await repository.text(file)) ?? '');
    return isJsonObject(content) ? content : {};
  } catch (error) {
    if (error instanceof YamlError) return {};
    throw error;
  }
}

const NAMES: readonly string[] = KUSTOMIZATION_FILES;
const LISTS = ['resources', 'bases', 'components', 'generators', 'transformers', 'validators'];

function usedBy(folder: string, content: JsonObject): string[] {
  return LISTS.flatMap((list) => texts(content[list])).map((path) => resolve(folder, path));
}

function texts(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** `path` seen from `folder`, `.` for the root. */
function resolve(folder: string, path: string): string {
  const steps = folder === '.' ? [] : folder.split('/');
  for (const step of path.split('/')) {
    if (step === '..') steps.pop();
    else if (step !== '' && step !== '.') steps.push(step);
  }
  return steps.join('/') || '.';
}
