import { createHash } from 'node:crypto';
import { canonicalJson, isJsonObject, jsonEqual } from '../core/index.ts';
import type { JsonObject, JsonValue } from '../core/index.ts';
import type { Repository, TreeEntry } from '../git/index.ts';
import { apiVersionOf, asJson, gvkOf } from '../kube/index.ts';
import type { KubeObject } from '../kube/index.ts';
import { build } from '../kustomize/index.ts';

/** An environment as a commit renders it. */
export interface Rendering {
  readonly objects: ReadonlyMap<string, JsonObject>;
  /** Hash of all objects. */
  readonly digest: string;
  /** Files that it was made from, with their object ids. */
  readonly files: ReadonlyMap<string, string>;
}

/** One object that differs between two renderings. */
export interface ObjectChange {
  /** `apps/v1 Deployment stoa/stoa-gateway` */
  readonly object: string;
  readonly kind: 'added' | 'removed' | 'changed';
  /** Paths of the fields that differ. */
  readonly fields: readonly string[];
}

/** @param overrides files to read in place of those of the commit @throws KustomizeError, GitError */
export async function renderAt(
  repository: Repository,
  commit: string,
  {
    path,
    overrides,
    signal,
  }: { readonly path: string; readonly overrides?: ReadonlyMap<string, string>; readonly signal?: AbortSignal },
): Promise<Rendering> {
  const entries = new Map<string, TreeEntry>(
    (await repository.tree(commit, '', signal)).map((entry) => [entry.path, entry]),
  );
  const folders = new Set([...entries.keys()].flatMap(foldersOf));
  const source = {
    async read(file: string): Promise<Uint8Array | undefined> {
      const override = overrides?.get(file);
      if (override !== undefined) return Buffer.from(override);
      const entry = entries.get(file);
      return entry === undefined || !entry.mode.startsWith('100') ? undefined : repository.blob(entry.oid, signal);
    },
    isDirectory: async (folder: string): Promise<boolean> => folder === '' || folders.has(folder),
  };
  const { objects, closure } = await build(source, path, signal === undefined ? {} : { signal });
  const byName = new Map(objects.map((object) => [nameOf(object), asJson(object)]));
  const digest = createHash('sha256')
    .update(canonicalJson(objects.map(asJson)))
    .digest('hex');
  return {
    objects: byName,
    digest,
    files: new Map([...closure.keys()].map((file) => [file, entries.get(file)?.oid ?? ''])),
  };
}

/** What changes from one rendering to the other, object by object. */
export function compareRenderings(before: Rendering, after: Rendering): readonly ObjectChange[] {
  const changes: ObjectChange[] = [];
  for (const [object, value] of after.objects) {
    const old = before.objects.get(object);
    if (old === undefined) changes.push({ object, kind: 'added', fields: [] });
    else if (!jsonEqual(old, value)) changes.push({ object, kind: 'changed', fields: changedFields(old, value) });
  }
  for (const object of before.objects.keys())
    if (!after.objects.has(object)) changes.push({ object, kind: 'removed', fields: [] });
  return changes;
}

const WORKLOADS: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'Rollout']);

/** Workloads whose Pods a change replaces. */
export function podsReplacedBy(changes: readonly ObjectChange[]): readonly string[] {
  return changes.filter(replacesPods).map(({ object }) => object);
}

function replacesPods({ object, kind, fields }: ObjectChange): boolean {
  const workload = WORKLOADS.has(object.split(' ')[1] ?? '');
  return workload && kind === 'changed' && fields.some((field) => field.startsWith('spec.template.'));
}

/** The change as a table for a note on a merge request. */
export function formatChanges(changes: readonly ObjectChange[]): string {
  if (changes.length === 0) return 'Nothing changes.';
  const rows = changes.map(
    ({ object, kind, fields }) => `| ${kind} | \`${object}\` | ${fields.map((field) => `\`${field}\``).join('<br>')} |`,
  );
  return ['| | object | fields |', '|---|---|---|', ...rows].join('\n');
}

function nameOf(object: KubeObject): string {
  const { namespace, name = '' } = object.metadata;
  return `${apiVersionOf(gvkOf(object))} ${object.kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

const MAX_FIELDS = 20;

function changedFields(before: JsonValue | undefined, after: JsonValue | undefined, path = ''): readonly string[] {
  if (jsonEqual(before, after)) return [];
  const keys = childKeys(before, after);
  if (keys === undefined) return [`${path}: ${brief(before)} → ${brief(after)}`];
  return keys
    .flatMap((key) => changedFields(child(before, key), child(after, key), path === '' ? key : `${path}.${key}`))
    .slice(0, MAX_FIELDS);
}

function childKeys(before: JsonValue | undefined, after: JsonValue | undefined): readonly string[] | undefined {
  if (isJsonObject(before) && isJsonObject(after)) return [...new Set([...Object.keys(before), ...Object.keys(after)])];
  if (Array.isArray(before) && Array.isArray(after))
    return Array.from({ length: Math.max(before.length, after.length) }, (_, index) => String(index));
  return undefined;
}

function child(value: JsonValue | undefined, key: string): JsonValue | undefined {
  if (Array.isArray(value)) return value[Number(key)];
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function brief(value: JsonValue | undefined): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 160 ? `${text.slice(0, 157)}…` : text;
}

function foldersOf(path: string): readonly string[] {
  const steps = path.split('/').slice(0, -1);
  return steps.map((_, index) => steps.slice(0, index + 1).join('/'));
}
