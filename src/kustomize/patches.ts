import { isJsonObject, messageOf } from '../core/index.ts';
import type { JsonObject, JsonValue } from '../core/index.ts';
import { applyJsonPatch, builtinSchema, gvkOf, parseLabelSelector, strategicMergePatch } from '../kube/index.ts';
import { KustomizeError } from './errors.ts';
import { parseDocuments } from './kustomization.ts';
import type { PatchSpec, Selector } from './kustomization.ts';
import { prependPatched } from './prepend.ts';
import { describe, gvk, idOf, metadataOf, nameOf, namespaceOf, text } from './resource.ts';
import type { Resource } from './resource.ts';

export interface PatchText {
  readonly text: string;
  readonly file: string;
  readonly spec: PatchSpec;
}

/** Applies one patch, strategic merge or JSON 6902, to what it targets. @returns what is left */
export function applyPatch(
  resources: readonly Resource[],
  { text: source, file, spec }: PatchText,
): readonly Resource[] {
  let left = resources;
  for (const document of parseDocuments(source, file)) {
    const targets = targetsOf(left, { document, spec, file });
    const gone = targets.filter((resource) => patchOne(resource, { document, file, spec }));
    left = left.filter((resource) => !gone.includes(resource));
  }
  return left;
}

interface PatchDocument {
  readonly document: JsonValue;
  readonly spec: PatchSpec;
  readonly file: string;
}

function targetsOf(resources: readonly Resource[], { document, spec, file }: PatchDocument): readonly Resource[] {
  if (spec.target !== undefined) {
    const matches = compileSelector(spec.target);
    return resources.filter(matches);
  }
  if (!isJsonObject(document))
    throw new KustomizeError('INVALID', 'Cannot apply a JSON patch: it has no target', { file });
  const wanted = gvkOf({ apiVersion: text(document['apiVersion']), kind: text(document['kind']) });
  const { name, namespace } = metadataOf(document);
  const found = resources.filter((resource) => {
    const own = gvk(resource);
    return (
      own.kind === wanted.kind &&
      own.group === wanted.group &&
      (nameOf(resource) === name || resource.names.includes(text(name))) &&
      (namespace === undefined || (namespaceOf(resource) || 'default') === namespace)
    );
  });
  if (found.length === 0)
    throw new KustomizeError('PATCH_FAILED', `Cannot apply a patch: there is no ${wanted.kind} ${text(name)}`, {
      file,
    });
  return found;
}

/** @returns true when the patch deletes the object */
function patchOne(resource: Resource, { document, file, spec }: PatchDocument): boolean {
  const before = idOf(resource);
  try {
    if (Array.isArray(document)) {
      resource.content = applyJsonPatch(resource.content, document) as JsonObject;
      return false;
    }
    if (!isJsonObject(document))
      throw new KustomizeError('INVALID', 'Cannot apply a patch: it is neither an object nor a list', { file });
    if (document['$patch'] === 'delete') return true;
    resource.content = merge(resource, document, spec);
    return false;
  } catch (error) {
    if (error instanceof KustomizeError) throw error;
    throw new KustomizeError('PATCH_FAILED', `Cannot patch ${describe(resource)} (${before}): ${messageOf(error)}`, {
      file,
      cause: error,
    });
  }
}

function merge(resource: Resource, patch: JsonObject, spec: PatchSpec): JsonObject {
  const schema = builtinSchema(gvk(resource));
  const { metadata, ...rest } = patch;
  const { name: _name, namespace: _namespace, ...restMetadata } = isJsonObject(metadata) ? metadata : {};
  const { kind: _kind, apiVersion: _apiVersion, ...body } = rest;
  const renamed =
    spec.options?.allowNameChange === true && isJsonObject(metadata)
      ? { name: metadata['name'] ?? nameOf(resource) }
      : {};
  const change: JsonObject = { ...body, metadata: { ...restMetadata, ...renamed } };
  return prependPatched(strategicMergePatch(resource.content, change, schema), change, schema) as JsonObject;
}

function compileSelector(target: Selector): (resource: Resource) => boolean {
  const anchored = (pattern: string | undefined): ((value: string) => boolean) => {
    if (pattern === undefined || pattern === '') return () => true;
    const expression = new RegExp(`^(?:${pattern})$`);
    return (value) => expression.test(value);
  };
  const [group, version, kind, name, namespace] = [
    target.group,
    target.version,
    target.kind,
    target.name,
    target.namespace,
  ].map(anchored);
  const labels = parseLabelSelector(target.labelSelector ?? '');
  const annotations = parseLabelSelector(target.annotationSelector ?? '');
  return (resource) => {
    const own = gvk(resource);
    const metadata = metadataOf(resource.content);
    return (
      group?.(own.group) === true &&
      version?.(own.version) === true &&
      kind?.(own.kind) === true &&
      [nameOf(resource), ...resource.names].some((one) => name?.(one) === true) &&
      namespace?.(namespaceOf(resource)) === true &&
      labels(metadata['labels'] as Record<string, string> | undefined) &&
      annotations(metadata['annotations'] as Record<string, string> | undefined)
    );
  };
}
