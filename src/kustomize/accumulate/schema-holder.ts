import { builtinSchema } from '../../kube/index.ts';
import type { SchemaNode } from '../../kube/index.ts';
import { KustomizeError } from '../errors.ts';
import type { LoadedFile } from '../files/loader.ts';
import { splitApiVersion } from '../model/identity.ts';
import type { Gvk } from '../model/identity.ts';
import type { YamlValue } from '../yaml/value.ts';
import { builtinDefinition } from './builtin-definitions.ts';
import { findBuiltinKind } from './builtin-kinds.ts';
import { readOpenApiDocument } from './open-api-document.ts';

/** The version of the built-in schema that `openapi.version` may name. */
const VERSION = 'v1.21.2';

const GENERATORS: SchemaNode = {
  type: 'list',
  items: { type: 'any' },
  patchMergeKey: 'name',
  patchStrategy: ['merge'],
};

const KUSTOMIZATION: SchemaNode = {
  type: 'object',
  fields: new Map([
    ['configMapGenerator', GENERATORS],
    ['secretGenerator', GENERATORS],
  ]),
};

/** The structure of kinds: the built-in ones, or those of an OpenAPI document that a kustomization names. */
export class SchemaHolder {
  #custom: Schemas | undefined;
  #isSet = false;
  /** Built-in kinds stay known beside an OpenAPI document when they were asked for before it was named. */
  #isBuiltinInUse = false;

  readonly find = (apiVersion: string, kind: string): SchemaNode | undefined => {
    if (this.#custom === undefined) {
      this.#isBuiltinInUse = true;
      return findBuiltin(apiVersion, kind);
    }
    const custom = this.#custom.get(`${apiVersion}/${kind}`);
    return custom ?? (this.#isBuiltinInUse ? findBuiltin(apiVersion, kind) : undefined);
  };

  /** To be called for every object: whether one of an unknown kind has a namespace is asked of the built-in kinds. */
  meet(gvk: Gvk): void {
    if (!this.#isSet && !this.#isBuiltinInUse) this.#isBuiltinInUse = builtinSchema(gvk) === undefined;
  }

  /**
   * Takes what `openapi` of a kustomization says; the first that says something decides for the whole build.
   * @throws KustomizeError NOT_FOUND, INVALID_KUSTOMIZATION
   */
  async use(
    openapi: Readonly<Record<string, string>>,
    load: (path: string) => Promise<{ readonly file: LoadedFile; readonly documents: readonly YamlValue[] }>,
  ): Promise<void> {
    const { path = '', version = '' } = openapi;
    if (path !== '' && version !== '') {
      throw new KustomizeError(
        'INVALID_KUSTOMIZATION',
        'openapi: builtin version and custom schema provided, cannot use both',
      );
    }
    const loaded = path === '' ? undefined : await load(path);
    if (this.#isSet) return;
    if (version !== '' && version !== VERSION) {
      throw new KustomizeError(
        'INVALID_KUSTOMIZATION',
        `The specified OpenAPI version is not built in: ${version}; use ${VERSION}`,
      );
    }
    this.#isSet = path !== '' || version !== '';
    if (loaded === undefined) return;
    this.#custom = readOnce(loaded.documents, this.#isBuiltinInUse);
  }
}

type Schemas = ReadonlyMap<string, SchemaNode>;

const alone = new WeakMap<readonly YamlValue[], Schemas>();
const withBuiltin = new WeakMap<readonly YamlValue[], Schemas>();

function readOnce(documents: readonly YamlValue[], usesBuiltin: boolean): Schemas {
  const known = usesBuiltin ? withBuiltin : alone;
  const schemas =
    known.get(documents) ?? readOpenApiDocument(documents[0], usesBuiltin ? builtinDefinition : undefined);
  known.set(documents, schemas);
  return schemas;
}

function findBuiltin(apiVersion: string, kind: string): SchemaNode | undefined {
  const { group, version } = splitApiVersion(apiVersion);
  if (group === 'kustomize.config.k8s.io' && kind === 'Kustomization') return KUSTOMIZATION;
  return findBuiltinKind({ group, version, kind });
}
