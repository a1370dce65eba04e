import { builtinSchema } from '../../kube/index.ts';
import type { SchemaNode } from '../../kube/index.ts';
import { KustomizeError } from '../errors.ts';
import type { LoadedFile } from '../files/loader.ts';
import { splitApiVersion } from '../model/identity.ts';
import type { YamlValue } from '../yaml/value.ts';
import { readOpenApiDocument } from './open-api-document.ts';

const read = new WeakMap<readonly YamlValue[], ReadonlyMap<string, SchemaNode>>();

/** The structure of kinds: the built-in ones, or those of an OpenAPI document that a kustomization names. */
export class SchemaHolder {
  #custom: ReadonlyMap<string, SchemaNode> | undefined;
  #isSet = false;

  readonly find = (apiVersion: string, kind: string): SchemaNode | undefined => {
    if (this.#custom !== undefined) return this.#custom.get(`${apiVersion}/${kind}`);
    return builtinSchema({ ...splitApiVersion(apiVersion), kind });
  };

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
    this.#isSet = path !== '' || version !== '';
    if (loaded === undefined) return;
    this.#custom = read.get(loaded.documents) ?? readOpenApiDocument(loaded.documents[0]);
    read.set(loaded.documents, this.#custom);
  }
}
