import { readFileSync, readdirSync } from 'node:fs';

/** One field as a model class of the client declares it. */
export interface Attribute {
  readonly baseName: string;
  readonly type: string;
  readonly format: string;
}

/** A kind that can be created, and where. */
export interface ServedKind {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly namespaced: boolean;
  /** Name of the model class. */
  readonly model: string;
}

export interface Models {
  readonly attributes: ReadonlyMap<string, readonly Attribute[]>;
  /** Names of the required fields, by class. */
  readonly required: ReadonlyMap<string, ReadonlySet<string>>;
  readonly kinds: readonly ServedKind[];
}

const STABLE = /^v\d+$/;

/** Everything that the installed `@kubernetes/client-node` knows about the stable versions. */
export async function loadModels(): Promise<Models> {
  const library: Readonly<Record<string, unknown>> = await import('@kubernetes/client-node');
  const generated = new URL('gen/', import.meta.resolve('@kubernetes/client-node'));
  const attributes = new Map<string, readonly Attribute[]>();
  const required = new Map<string, ReadonlySet<string>>();
  for (const [name, value] of Object.entries(library)) {
    const map = attributesOf(value);
    if (map === undefined) continue;
    attributes.set(name, map);
    required.set(name, requiredOf(readFileSync(new URL(`models/${name}.d.ts`, generated), 'utf8'), map));
  }
  return { attributes, required, kinds: servedKinds(new URL('apis/', generated)) };
}

function attributesOf(value: unknown): readonly Attribute[] | undefined {
  if (typeof value !== 'function' || !('attributeTypeMap' in value)) return undefined;
  return Array.isArray(value.attributeTypeMap) ? (value.attributeTypeMap as readonly Attribute[]) : undefined;
}

/** The declarations mark an optional field with `?`. A field that is renamed there (a reserved word) is never required. */
function requiredOf(declaration: string, attributes: readonly Attribute[]): ReadonlySet<string> {
  const names = new Set([...declaration.matchAll(/^ {4}'([^']+)':/gm)].map((match) => match[1]));
  return new Set(attributes.map(({ baseName }) => baseName).filter((name) => names.has(name)));
}

const OPERATION =
  /const localVarPath = '([^']+)'[\s\S]*?RequestContext\(localVarPath, HttpMethod\.(\w+)\)([\s\S]*?)return requestContext/g;
const COLLECTION = /^\/(?:api|apis\/([^/]+))\/([^/]+)(\/namespaces\/\{namespace\})?\/([a-z]+)$/;
const BODY = /serialize\(body, "(\w+)"/;

/** What is created by POST to a collection of a stable version. */
function servedKinds(apis: URL): ServedKind[] {
  const files = readdirSync(apis).filter((name) => name.endsWith('Api.js'));
  const kinds = files.flatMap((name) => operations(readFileSync(new URL(name, apis), 'utf8')));
  return kinds.sort((a, b) => compare(sortKey(a), sortKey(b)));
}

function operations(source: string): ServedKind[] {
  return [...source.matchAll(OPERATION)].flatMap(([, path = '', method, rest = '']) => {
    const model = BODY.exec(rest)?.[1];
    return method === 'POST' && model !== undefined ? collection(path, model) : [];
  });
}

function collection(path: string, model: string): ServedKind[] {
  const [whole, group = '', version = '', namespaced, resource = ''] = COLLECTION.exec(path) ?? [];
  if (whole === undefined || !STABLE.test(version)) return [];
  return [{ group, version, resource, namespaced: namespaced !== undefined, model }];
}

function sortKey(kind: ServedKind): string {
  return [kind.group, kind.version, kind.resource].join('/');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
