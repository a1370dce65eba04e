import { isJsonObject } from '../core/index.ts';
import type { JsonValue } from '../core/index.ts';
import { getPath, isApiError, schemaFromOpenApi } from '../kube/index.ts';
import type { ApiResource, GroupVersionKind, KubeClient, KubeObject, SchemaNode } from '../kube/index.ts';

const DEFINITION = { group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition' } as const;

/** The structure of a cluster's custom kinds, from their definitions. */
export class CustomSchemas {
  readonly #schemas = new Map<string, SchemaNode | undefined>();

  get(gvk: GroupVersionKind): SchemaNode | undefined {
    return this.#schemas.get(nameOf(gvk));
  }

  /** Reads the kind's definition once; a kind served by an aggregated API has none. */
  async load(client: KubeClient, resource: ApiResource, signal: AbortSignal): Promise<void> {
    const name = nameOf(resource);
    if (this.#schemas.has(name)) return;
    this.#schemas.set(name, undefined);
    try {
      const definition = await client.get(
        { ...DEFINITION, name: `${resource.resource}.${resource.group}` },
        { signal },
      );
      this.#schemas.set(name, definition === undefined ? undefined : schemaOf(definition, resource.version));
    } catch (error) {
      this.#schemas.delete(name);
      // Without the right to read definitions, lists of custom objects are compared as a whole.
      if (!isApiError(error, 'Forbidden')) throw error;
    }
  }

  clear(): void {
    this.#schemas.clear();
  }
}

function nameOf({ group, version, kind }: GroupVersionKind): string {
  return `${group}/${version}/${kind}`;
}

function schemaOf(definition: KubeObject, version: string): SchemaNode | undefined {
  const versions = getPath(definition, 'spec', 'versions');
  if (!Array.isArray(versions)) return undefined;
  const served = versions.find((one: JsonValue) => getPath(one, 'name') === version);
  const schema = getPath(served, 'schema', 'openAPIV3Schema');
  return isJsonObject(schema) ? schemaFromOpenApi(schema) : undefined;
}
