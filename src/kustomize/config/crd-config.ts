import { KustomizeError } from '../errors.ts';
import { isMap, textOf } from '../yaml/value.ts';
import type { YamlMap, YamlValue } from '../yaml/value.ts';
import type { FieldSpec, NameReference } from './field-spec.ts';
import type { ConfigAddition } from './transformer-config.ts';

const ANNOTATION = 'x-kubernetes-annotation';
const LABEL_SELECTOR = 'x-kubernetes-label-selector';
const IDENTITY = 'x-kubernetes-identity';
const REFERENCE_VERSION = 'x-kubernetes-object-ref-api-version';
const REFERENCE_KIND = 'x-kubernetes-object-ref-kind';
const REFERENCE_NAME = 'x-kubernetes-object-ref-name-key';

/**
 * What a file of `crds` adds: fields that hold labels, annotations, an identity or the name of another object, as
 * the extensions of an OpenAPI definition say.
 * @throws KustomizeError INVALID_KUSTOMIZATION
 */
export function readCrdConfig(document: YamlValue | undefined): ConfigAddition {
  if (!isMap(document) || !Object.values(document).every(isMap)) {
    throw new KustomizeError(
      'INVALID_KUSTOMIZATION',
      'Unable to parse open API definition: expected definitions by name; a CustomResourceDefinition belongs in resources',
    );
  }
  const reader = new Reader(document);
  for (const name of Object.keys(document)) reader.readType(name);
  return reader.config;
}

class Reader {
  readonly #definitions: YamlMap;
  readonly #found = {
    commonAnnotations: [] as FieldSpec[],
    commonLabels: [] as FieldSpec[],
    namePrefix: [] as FieldSpec[],
    nameReference: [] as NameReference[],
  };

  constructor(definitions: YamlMap) {
    this.#definitions = definitions;
  }

  get config(): ConfigAddition {
    return this.#found;
  }

  /** Reads a definition that is an object of the API. */
  readType(name: string): void {
    const properties = this.#properties(name);
    if (!['kind', 'apiVersion', 'metadata'].every((field) => field in properties)) return;
    const kind = name.split('.').at(-1) ?? '';
    this.#readProperties(name, { kind, path: [], seen: [name] });
  }

  #properties(name: string): YamlMap {
    const definition = field(this.#definitions, name);
    const schema = isMap(definition) ? field(definition, 'schema') : undefined;
    const properties = isMap(schema) ? schema['properties'] : undefined;
    return isMap(properties) ? properties : {};
  }

  #readProperties(name: string, at: Place): void {
    const properties = this.#properties(name);
    for (const key of Object.keys(properties)) {
      const property = properties[key];
      if (!isMap(property)) continue;
      const path = [...at.path, key];
      this.#readExtensions(property, at.kind, path);
      const ref = textOf(property['$ref']);
      // Definitions may contain themselves.
      if (ref !== '' && !at.seen.includes(ref)) {
        this.#readProperties(ref, { kind: at.kind, path, seen: [...at.seen, ref] });
      }
    }
  }

  #readExtensions(property: YamlMap, kind: string, path: readonly string[]): void {
    const spec = { kind, path: path.join('/') };
    if (ANNOTATION in property) this.#found.commonAnnotations.push(spec);
    if (LABEL_SELECTOR in property) this.#found.commonLabels.push(spec);
    if (IDENTITY in property) this.#found.namePrefix.push(spec);
    if (!(REFERENCE_VERSION in property) || !(REFERENCE_KIND in property)) return;
    const nameKey = REFERENCE_NAME in property ? textOf(property[REFERENCE_NAME]) : 'name';
    this.#found.nameReference.push({
      kind: textOf(property[REFERENCE_KIND]),
      version: textOf(property[REFERENCE_VERSION]),
      fieldSpecs: [{ kind, path: [...path, nameKey].join('/') }],
    });
  }
}

interface Place {
  readonly kind: string;
  readonly path: readonly string[];
  /** Definitions on the way here. */
  readonly seen: readonly string[];
}

/** Names are matched without regard to case, as Go reads JSON. */
function field(map: YamlMap, name: string): YamlValue | undefined {
  if (Object.hasOwn(map, name)) return map[name];
  const found = Object.keys(map).find((key) => key.toLowerCase() === name.toLowerCase());
  return found === undefined ? undefined : map[found];
}
