import { createHash } from 'node:crypto';
import { isJsonObject } from '../core/index.ts';
import type { JsonObject } from '../core/index.ts';
import { KustomizeError } from './errors.ts';
import { resolvePath } from './file-source.ts';
import type { Files } from './file-source.ts';
import type { GeneratorOptions, GeneratorSpec } from './kustomization.ts';
import { gvk, metadataOf, nameOf, namespaceOf, text } from './resource.ts';
import type { Resource } from './resource.ts';

export interface GeneratorContext {
  readonly files: Files;
  readonly folder: string;
  readonly file: string;
  readonly kind: 'ConfigMap' | 'Secret';
  readonly defaults: GeneratorOptions | undefined;
}

/** Runs one generator and puts its object with the others, as its `behavior` says. */
export async function generate(resources: Resource[], spec: GeneratorSpec, context: GeneratorContext): Promise<void> {
  const made = await makeObject(spec, context);
  const { behavior = 'create' } = spec;
  const existing = resources.find(
    (resource) =>
      gvk(resource).kind === context.kind &&
      (nameOf(resource) === spec.name || resource.names.includes(spec.name)) &&
      (spec.namespace === undefined || namespaceOf(resource) === '' || namespaceOf(resource) === spec.namespace),
  );
  const label = `${context.kind} ${spec.name}`;
  if (behavior === 'create') {
    if (existing !== undefined)
      throw new KustomizeError('DUPLICATE', `Cannot generate ${label}: it exists; set behavior to merge or replace`, {
        file: context.file,
      });
    resources.push(made);
    return;
  }
  if (existing === undefined)
    throw new KustomizeError('NOT_FOUND', `Cannot ${behavior} ${label}: there is none to ${behavior}`, {
      file: context.file,
    });
  existing.content =
    behavior === 'merge'
      ? mergeObjects(existing.content, made.content)
      : { ...made.content, metadata: mergedMetadata(existing.content, made.content) };
  if (made.hashed === true) existing.hashed = true;
}

async function makeObject(spec: GeneratorSpec, context: GeneratorContext): Promise<Resource> {
  const { kind, defaults, file } = context;
  const entries = await readEntries(spec, context);
  const options = { ...defaults, ...spec.options };
  const labels = { ...defaults?.labels, ...spec.options?.labels };
  const annotations = { ...defaults?.annotations, ...spec.options?.annotations };
  const metadata: JsonObject = {
    ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
    ...(Object.keys(labels).length > 0 ? { labels } : {}),
    name: spec.name,
    ...(spec.namespace === undefined ? {} : { namespace: spec.namespace }),
  };
  const encode = (value: Buffer): string => (kind === 'Secret' ? value.toString('base64') : value.toString('utf8'));
  const data = Object.fromEntries(
    [...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => [key, encode(value)]),
  );
  const content: JsonObject = {
    apiVersion: 'v1',
    ...(entries.size > 0 ? { data } : {}),
    kind,
    metadata,
    ...(kind === 'Secret' ? { type: spec.type ?? 'Opaque' } : {}),
    ...(options.immutable === true ? { immutable: true } : {}),
  };
  return { content, names: [], file, hashed: options.disableNameSuffixHash !== true };
}

async function readEntries(
  spec: GeneratorSpec,
  { files, folder, file }: GeneratorContext,
): Promise<ReadonlyMap<string, Buffer>> {
  const entries = new Map<string, Buffer>();
  const add = (key: string, value: string): void => {
    if (entries.has(key))
      throw new KustomizeError('DUPLICATE', `Cannot generate ${spec.name}: the key ${key} is given twice`, { file });
    entries.set(key, Buffer.from(value));
  };
  for (const name of [...(spec.envs ?? []), ...(spec.env === undefined ? [] : [spec.env])]) {
    for (const [key, value] of envEntries(await files.text(resolvePath(folder, name, file), file), name))
      add(key, value);
  }
  for (const entry of spec.files ?? []) {
    const at = entry.indexOf('=');
    const path = entry.slice(at + 1);
    add(
      at < 0 ? (path.split('/').at(-1) ?? path) : entry.slice(0, at),
      await files.text(resolvePath(folder, path, file), file),
    );
  }
  for (const literal of spec.literals ?? []) {
    const at = literal.indexOf('=');
    if (at <= 0)
      throw new KustomizeError('INVALID', `Cannot use the literal of ${spec.name}: it is not KEY=value`, { file });
    add(literal.slice(0, at), literal.slice(at + 1).replace(/^(["'])([\s\S]*)\1$/, '$2'));
  }
  return entries;
}

function envEntries(content: string, file: string): readonly (readonly [string, string])[] {
  const lines = content.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.trimStart().startsWith('#'));
  return lines.map((line) => {
    const at = line.indexOf('=');
    if (at <= 0)
      throw new KustomizeError('INVALID', `Cannot read ${JSON.stringify(line.slice(0, 40))}: it is not KEY=value`, {
        file,
      });
    return [line.slice(0, at).trim(), line.slice(at + 1)] as const;
  });
}

function mergeObjects(base: JsonObject, made: JsonObject): JsonObject {
  const part = (object: JsonObject, key: string): JsonObject => (isJsonObject(object[key]) ? object[key] : {});
  const data = { ...part(base, 'data'), ...part(made, 'data') };
  return {
    ...base,
    ...made,
    data: Object.fromEntries(Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1))),
    metadata: mergedMetadata(base, made),
  };
}

function mergedMetadata(base: JsonObject, made: JsonObject): JsonObject {
  const [before, after] = [metadataOf(base), metadataOf(made)];
  const merged: JsonObject = { ...after, ...before };
  for (const key of ['labels', 'annotations']) {
    const both = { ...(isJsonObject(before[key]) ? before[key] : {}), ...(isJsonObject(after[key]) ? after[key] : {}) };
    if (Object.keys(both).length > 0) merged[key] = both;
  }
  return merged;
}

const SUBSTITUTES: Readonly<Record<string, string>> = { '0': 'g', '1': 'h', '3': 'k', a: 'm', e: 't' };

/** The suffix that Kustomize gives to a generated object: ten characters that change with the content. */
export function contentHash(content: JsonObject): string {
  const kind = text(content['kind']);
  const fields: JsonObject =
    kind === 'Secret'
      ? { kind, type: content['type'] ?? '', name: '', data: content['data'] ?? '' }
      : {
          kind,
          name: '',
          data: content['data'] ?? '',
          ...(content['binaryData'] === undefined ? {} : { binaryData: content['binaryData'] }),
        };
  const encoded = goJson(Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1))));
  const hex = createHash('sha256').update(encoded).digest('hex').slice(0, 10);
  return Array.from(hex, (digit) => SUBSTITUTES[digit] ?? digit).join('');
}

/** JSON as Go's encoder prints it, which escapes three characters more. */
function goJson(value: JsonObject): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
