import { YamlError, isJsonObject, parseYaml } from '../core/index.ts';
import type { JsonObject, JsonValue } from '../core/index.ts';
import type { KustomizeSource } from './application.ts';
import { ComparisonError } from './errors.ts';

/** Files by path, as the renderer reads them. */
interface Files {
  read(path: string): Promise<Uint8Array | undefined>;
  isDirectory(path: string): Promise<boolean>;
}

const NAMES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];
/** Understood, and either carried out below or without an effect on what is rendered. */
const KNOWN = new Set([
  'namePrefix',
  'nameSuffix',
  'namespace',
  'images',
  'replicas',
  'commonLabels',
  'commonAnnotations',
  'forceCommonLabels',
  'forceCommonAnnotations',
  'labelWithoutSelector',
  'labelIncludeTemplates',
  'components',
  'ignoreMissingComponents',
  'patches',
  'version',
  'kubeVersion',
  'apiVersions',
]);

/** The files with an Application's `spec.source.kustomize` written into the kustomization of `folder`. */
export class OverriddenFiles implements Files {
  readonly #files: Files;
  readonly #folder: string;
  readonly #overrides: KustomizeSource;

  /** @throws ComparisonError for an override that is not supported */
  constructor(files: Files, folder: string, overrides: KustomizeSource) {
    const unknown = Object.entries(overrides).find(
      ([name, value]) => !KNOWN.has(name) && value !== false && value !== undefined,
    );
    if (unknown !== undefined)
      throw new ComparisonError(`Cannot render ${folder}: kustomize.${unknown[0]} is not supported`);
    this.#files = files;
    this.#folder = folder;
    this.#overrides = overrides;
  }

  isDirectory(path: string): Promise<boolean> {
    return this.#files.isDirectory(path);
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    const content = await this.#files.read(path);
    const inFolder = NAMES.some((name) => path === (this.#folder === '' ? name : `${this.#folder}/${name}`));
    if (content === undefined || !inFolder) return content;
    const kustomization = parse(content);
    if (kustomization === undefined) return content;
    return Buffer.from(JSON.stringify(await this.#override(kustomization)));
  }

  async #override(kustomization: JsonObject): Promise<JsonObject> {
    const { namePrefix, nameSuffix, namespace, images, replicas, patches, components } = this.#overrides;
    return {
      ...kustomization,
      ...set({ namePrefix, nameSuffix, namespace }),
      ...append(kustomization, { name: 'images', items: (images ?? []).map(parseImage), key: 'name' }),
      ...append(kustomization, { name: 'replicas', items: (replicas ?? []).map(toReplica), key: 'name' }),
      ...append(kustomization, { name: 'patches', items: (patches ?? []) as JsonValue[] }),
      ...append(kustomization, { name: 'components', items: await this.#components(components ?? []) }),
      ...this.#labels(kustomization),
      ...this.#annotations(kustomization),
    };
  }

  async #components(components: readonly string[]): Promise<readonly string[]> {
    if (this.#overrides['ignoreMissingComponents'] !== true) return components;
    const found = await Promise.all(components.map((name) => this.isDirectory(joined(this.#folder, name))));
    return components.filter((_, index) => found[index]);
  }

  #labels(kustomization: JsonObject): JsonObject {
    const { commonLabels } = this.#overrides;
    if (commonLabels === undefined || Object.keys(commonLabels).length === 0) return {};
    const force = this.#overrides['forceCommonLabels'] === true;
    if (this.#overrides['labelWithoutSelector'] !== true) {
      return { commonLabels: merged('commonLabels', kustomization['commonLabels'], { own: commonLabels, force }) };
    }
    const entry = { pairs: commonLabels, includeTemplates: this.#overrides['labelIncludeTemplates'] === true };
    return append(kustomization, { name: 'labels', items: [entry] });
  }

  #annotations(kustomization: JsonObject): JsonObject {
    const { commonAnnotations } = this.#overrides;
    if (commonAnnotations === undefined || Object.keys(commonAnnotations).length === 0) return {};
    const force = this.#overrides['forceCommonAnnotations'] === true;
    const own = commonAnnotations;
    return { commonAnnotations: merged('commonAnnotations', kustomization['commonAnnotations'], { own, force }) };
  }
}

/** A kustomization that cannot be read is left for the renderer to complain about. */
function parse(content: Uint8Array): JsonObject | undefined {
  try {
    const [document = {}] = parseYaml(Buffer.from(content).toString());
    return isJsonObject(document) ? document : undefined;
  } catch (error) {
    if (error instanceof YamlError) return undefined;
    throw error;
  }
}

function set(fields: Readonly<Record<string, string | undefined>>): JsonObject {
  const given = Object.entries(fields).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
  );
  return Object.fromEntries(given);
}

interface Addition {
  readonly name: string;
  readonly items: readonly JsonValue[];
  /** An item takes the place of the one that has the same value here. */
  readonly key?: string;
}

function append(kustomization: JsonObject, { name, items, key }: Addition): JsonObject {
  if (items.length === 0) return {};
  const before = Array.isArray(kustomization[name]) ? kustomization[name] : [];
  const isReplaced = (item: JsonValue): boolean =>
    key !== undefined && items.some((own) => isJsonObject(own) && isJsonObject(item) && own[key] === item[key]);
  return { [name]: [...before.filter((item) => !isReplaced(item)), ...items] };
}

function merged(
  name: string,
  before: JsonValue | undefined,
  { own, force }: { readonly own: Readonly<Record<string, string>>; readonly force: boolean },
): JsonObject {
  const known = isJsonObject(before) ? before : {};
  const clash = Object.keys(own).find((key) => Object.hasOwn(known, key) && known[key] !== own[key]);
  if (clash !== undefined && !force) {
    throw new ComparisonError(`Cannot set ${name}: the kustomization already has ${clash}; force it to replace it`);
  }
  return { ...known, ...own };
}

function toReplica({ name, count }: { readonly name: string; readonly count: number | string }): JsonObject {
  return { name, count: Number(count) };
}

/** `[name=]newName[:tag][@digest]`, as `kustomize edit set image` reads it. */
export function parseImage(text: string): JsonObject {
  const equals = text.indexOf('=');
  const [reference = '', digest] = text.slice(equals + 1).split('@');
  const colon = reference.indexOf(':', reference.lastIndexOf('/') + 1);
  const path = colon < 0 ? reference : reference.slice(0, colon);
  const tag = colon < 0 ? undefined : reference.slice(colon + 1);
  const name = equals < 0 ? path : text.slice(0, equals);
  return {
    name,
    ...(path === name ? {} : { newName: path }),
    ...(tag === undefined ? {} : { newTag: tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

function joined(folder: string, name: string): string {
  const steps = folder === '' ? [] : folder.split('/');
  for (const step of name.split('/')) {
    if (step === '..') steps.pop();
    else if (step !== '.' && step !== '') steps.push(step);
  }
  return steps.join('/');
}
