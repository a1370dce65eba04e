import { isJsonObject } from '../core/index.ts';
import type { JsonObject } from '../core/index.ts';
import { asJson, builtinResources, builtinSchema, getPath, gvkOf, schemaFromOpenApi } from '../kube/index.ts';
import type { GroupVersionKind, KubeObject, ObjectSchema } from '../kube/index.ts';
import type { NewFinding } from './finding.ts';
import type { Locator } from './locate.ts';
import { aboutObject } from './rendered.ts';
import type { PlacedObject } from './rendered.ts';
import { checkSchema } from './schema-check.ts';

const EXTENSIONS = 'apiextensions.k8s.io';

/** The structures of kinds: built-in ones, and those of CustomResourceDefinitions. */
export class Schemas {
  readonly #custom = new Map<string, ObjectSchema>();
  readonly #builtinGroups = new Set(builtinResources().map(({ group }) => group));

  constructor(definitions: Iterable<KubeObject>) {
    for (const definition of definitions) {
      if (definition.kind !== 'CustomResourceDefinition' || gvkOf(definition).group !== EXTENSIONS) continue;
      for (const [key, schema] of versionsOf(definition)) this.#custom.set(key, schema);
    }
  }

  of(gvk: GroupVersionKind): ObjectSchema | undefined {
    return this.#custom.get(keyOf(gvk)) ?? builtinSchema(gvk);
  }

  /** Whether the kind is one of a group that Kubernetes itself serves, without being served. */
  isUnserved(gvk: GroupVersionKind): boolean {
    return this.#builtinGroups.has(gvk.group) && this.of(gvk) === undefined;
  }
}

function keyOf({ group, version, kind }: GroupVersionKind): string {
  return `${group}/${version}/${kind}`;
}

function versionsOf(definition: KubeObject): [string, ObjectSchema][] {
  const { group, names, versions } = (asJson(definition)['spec'] ?? {}) as JsonObject;
  const kind = getPath(names, 'kind');
  if (typeof group !== 'string' || typeof kind !== 'string' || !Array.isArray(versions)) return [];
  return versions.flatMap((entry): [string, ObjectSchema][] => {
    const version = getPath(entry, 'name');
    const schema = getPath(entry, 'schema', 'openAPIV3Schema');
    if (typeof version !== 'string' || !isJsonObject(schema)) return [];
    return [[keyOf({ group, version, kind }), schemaFromOpenApi(schema)]];
  });
}

/** Kinds, fields and types of one object. */
export async function checkObjectSchema(
  placed: PlacedObject,
  schemas: Schemas,
  locator: Locator,
): Promise<readonly NewFinding[]> {
  const { object } = placed;
  const gvk = gvkOf(object);
  const schema = schemas.of(gvk);
  if (schema === undefined) return schemas.isUnserved(gvk) ? [await unserved(placed, locator)] : [];
  const found: NewFinding[] = [];
  for (const { path, ...mismatch } of checkSchema(asJson(object), schema)) {
    found.push({ ...mismatch, ...(await aboutObject(placed, locator, path)) });
  }
  return found;
}

async function unserved(placed: PlacedObject, locator: Locator): Promise<NewFinding> {
  const { apiVersion, kind } = placed.object;
  const { group } = gvkOf(placed.object);
  const served = builtinResources().filter((other) => other.group === group && other.kind === kind);
  const versions = served.map(({ version }) => (group === '' ? version : `${group}/${version}`));
  return {
    rule: 'schema-kind',
    ...(await aboutObject(placed, locator, ['apiVersion'])),
    message: `${apiVersion} has no kind ${kind}`,
    mend: versions.length > 0 ? `Use ${versions.join(' or ')}` : 'Mend apiVersion or kind',
  };
}
