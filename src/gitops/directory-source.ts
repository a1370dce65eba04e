import { YamlError, isJsonObject, parseYaml } from '../core/index.ts';
import type { JsonValue } from '../core/index.ts';
import type { KubeObject } from '../kube/index.ts';
import type { DirectorySource } from './application.ts';
import { ComparisonError } from './errors.ts';
import { globMatch } from './glob.ts';

const MANIFEST = /\.(ya?ml|json|jsonnet)$/;
const SKIP = /^#\s*\+argocd:skip-file-rendering/m;

/** Files of a folder, by their path below it. */
export interface FileEntry {
  /** Below the Application's folder. */
  readonly path: string;
  readonly oid: string;
}

/** The files of a folder that are manifests for `options`, in order of path. */
export function selectManifests(files: readonly FileEntry[], options: DirectorySource = {}): readonly FileEntry[] {
  return files
    .filter(({ path }) => MANIFEST.test(path) && (options.recurse === true || !path.includes('/')))
    .filter(({ path }) => isUnset(options.include) || globMatch(options.include, path))
    .filter(({ path }) => isUnset(options.exclude) || !globMatch(options.exclude, path))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function isUnset(pattern: string | undefined): pattern is undefined | '' {
  return pattern === undefined || pattern === '';
}

/**
 * The objects of one manifest file; lists are taken apart.
 * @param path as it is to be named in errors
 * @throws ComparisonError naming file and line
 */
export function parseManifest(path: string, text: string): readonly KubeObject[] {
  if (path.endsWith('.jsonnet')) {
    throw new ComparisonError(`Cannot render ${path}: Jsonnet is not supported; exclude it or write plain YAML`);
  }
  if (SKIP.test(text)) return [];
  return documents(path, text).flatMap((document, index) => toObjects(document, { path, index }));
}

function documents(path: string, text: string): readonly JsonValue[] {
  try {
    return path.endsWith('.json') ? [JSON.parse(text) as JsonValue] : parseYaml(text);
  } catch (error) {
    if (error instanceof YamlError) {
      throw new ComparisonError(`Cannot read ${path}:${error.line}: ${error.message}`, { cause: error });
    }
    if (error instanceof SyntaxError)
      throw new ComparisonError(`Cannot read ${path}: ${error.message}`, { cause: error });
    throw error;
  }
}

function toObjects(document: JsonValue, at: { readonly path: string; readonly index: number }): readonly KubeObject[] {
  if (Array.isArray(document)) return document.flatMap((item) => toObjects(item, at));
  const problem = problemOf(document);
  if (problem !== undefined) {
    throw new ComparisonError(`Cannot read ${at.path}: document ${at.index + 1} ${problem}`);
  }
  const object = document as unknown as KubeObject;
  const { items } = object;
  if (object.kind.endsWith('List') && Array.isArray(items))
    return (items as JsonValue[]).flatMap((item) => toObjects(item, at));
  return [isJsonObject(object.metadata) ? object : { ...object, metadata: {} }];
}

function problemOf(document: JsonValue): string | undefined {
  if (!isJsonObject(document)) return 'is not a Kubernetes object';
  if (typeof document['kind'] !== 'string' || document['kind'] === '') return 'has no kind';
  return typeof document['apiVersion'] !== 'string' || document['apiVersion'] === '' ? 'has no apiVersion' : undefined;
}
