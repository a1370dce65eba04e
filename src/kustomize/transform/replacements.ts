import { KustomizeError } from '../errors.ts';
import { effectiveNamespace, isSelected } from '../model/identity.ts';
import type { ResourceId } from '../model/identity.ts';
import type {
  FieldOptions,
  ReplacementArgs,
  Selector,
  SourceSelector,
  TargetSelector,
} from '../model/kustomization.ts';
import { lookup, splitDotted } from '../model/lookup.ts';
import { allIds } from '../model/resource.ts';
import type { Resource } from '../model/resource.ts';
import type { ResourceMap } from '../model/resource-map.ts';
import { anchored, compilePairs } from '../model/selector.ts';
import type { ResourceTest } from '../model/selector.ts';
import { resolvePlain } from '../yaml/resolve.ts';
import { cloneValue, isMap, isNull, isScalar, isText, textOf } from '../yaml/value.ts';
import type { YamlValue } from '../yaml/value.ts';
import { matchPath } from './match-path.ts';
import type { LeafKind } from './match-path.ts';
import { openText } from './structured-text.ts';
import type { Slot } from './visit-field.ts';

const DEFAULT_PATH = 'metadata.name';

/** Copies values from fields of objects to fields of objects. @throws KustomizeError INVALID_REPLACEMENT */
export function transformReplacements(resources: ResourceMap, replacements: readonly ReplacementArgs[]): void {
  for (const replacement of replacements) {
    const value = sourceValue(resources, replacement);
    for (const target of replacement.targets ?? []) copyToTargets(resources, value, target);
  }
  resources.changed();
}

function invalid(reason: string): KustomizeError {
  return new KustomizeError('INVALID_REPLACEMENT', reason);
}

function sourceValue(resources: ResourceMap, { source, sourceValue: literal, targets }: ReplacementArgs): YamlValue {
  if ((source === undefined && literal === undefined) || targets === undefined) {
    throw invalid('Replacements must specify a source and at least one target');
  }
  if (source === undefined) return literal ?? '';
  if (literal !== undefined) throw invalid('Value and resource selectors are mutually exclusive');
  const path = source.fieldPath === undefined || source.fieldPath === '' ? DEFAULT_PATH : source.fieldPath;
  const value = lookup(selectSource(resources, source).node, splitDotted(path));
  if (value === undefined || isNull(value) || isEmptyCollection(value)) {
    throw invalid(`fieldPath \`${path}\` is missing for replacement source ${describe(source)}`);
  }
  return refine(value, source.options);
}

function isEmptyCollection(value: YamlValue): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return isMap(value) && Object.keys(value).length === 0;
}

function describe({ kind = '', group = '', version = '', name = '', namespace = '' }: Selector): string {
  return [kind, version, group, name, namespace].filter((part) => part !== '').join('.') || '(anything)';
}

function selectSource(resources: ResourceMap, selector: SourceSelector): Resource {
  const found = resources.all.filter((resource) => allIds(resource).some((id) => isSelectedBy(id, selector)));
  const [first, second] = found;
  if (first === undefined) throw invalid(`Nothing selected by ${describe(selector)}`);
  if (second !== undefined) throw invalid(`Multiple matches for selector ${describe(selector)}`);
  return first;
}

function isSelectedBy(id: ResourceId, selector: Selector): boolean {
  const { name = '', namespace = '' } = selector;
  if (name !== '' && name !== id.name) return false;
  if (namespace !== '' && namespace !== effectiveNamespace(id)) return false;
  return isSelected(id, selector);
}

/** The part of a text that the options ask for. */
function refine(value: YamlValue, options: FieldOptions = {}): YamlValue {
  const { delimiter = '', index = 0 } = options;
  if (delimiter === '') return value;
  if (!isScalar(value)) throw invalid('Delimiter option can only be used with scalar nodes');
  const parts = textOf(value).split(delimiter);
  const part = index < 0 ? undefined : parts[index];
  if (part === undefined) throw invalid(`options.index ${index} is out of bounds for value ${textOf(value)}`);
  return isText(value) ? part : resolvePlain(part);
}

function copyToTargets(resources: ResourceMap, value: YamlValue, target: TargetSelector): void {
  const { select, reject = [] } = target;
  if (select === undefined) throw invalid('Target must specify resources to select');
  const selected = idTest(select);
  const selectedPairs = compilePairs(select);
  const rejected = reject.map(rejection);
  for (const resource of resources.all) {
    const ids = allIds(resource);
    if (!ids.some(selected) || !selectedPairs(resource) || rejected.some((test) => test(resource))) continue;
    copyToFields(resource, value, target);
  }
}

function idTest(selector: Selector): (id: ResourceId) => boolean {
  const [name, namespace, kind] = [selector.name, selector.namespace, selector.kind].map(anchored);
  const [group, version] = [selector.group, selector.version].map(anchored);
  const holds = (test: ((text: string) => boolean) | undefined, text: string): boolean => test?.(text) ?? true;
  return (id) =>
    holds(name, id.name) &&
    holds(namespace, effectiveNamespace(id)) &&
    holds(kind, id.kind) &&
    holds(group, id.group) &&
    holds(version, id.version);
}

/** An object is rejected by its identity or by its labels and annotations, whichever the selector speaks of. */
function rejection(selector: Selector): ResourceTest {
  const { labelSelector = '', annotationSelector = '', ...identity } = selector;
  const byPairs = labelSelector !== '' || annotationSelector !== '' ? compilePairs(selector) : undefined;
  const byId = Object.values(identity).some((part) => part !== '') ? idTest(identity) : undefined;
  return (resource) => byPairs?.(resource) === true || (byId !== undefined && allIds(resource).some(byId));
}

function copyToFields(resource: Resource, value: YamlValue, { fieldPaths = [], options = {} }: TargetSelector): void {
  const paths = fieldPaths.length === 0 ? [DEFAULT_PATH] : fieldPaths;
  for (const path of paths) {
    const create = options.create === true ? { create: leafKind(value) } : {};
    const slots = matchPath(resource.node, splitDotted(path), { ...create, openText });
    if (slots.length === 0) {
      throw invalid(
        options.create === true
          ? `Unable to find or create field "${path}" in replacement target`
          : `Unable to find field "${path}" in replacement target`,
      );
    }
    for (const slot of slots) setField(slot, value, options);
  }
}

function leafKind(value: YamlValue): LeafKind {
  if (Array.isArray(value)) return 'list';
  return isMap(value) ? 'map' : 'scalar';
}

function setField(slot: Slot, value: YamlValue, options: FieldOptions): void {
  const target = slot.get();
  const isCollection = isMap(target) || Array.isArray(target);
  const { delimiter = '' } = options;
  if (delimiter !== '' && isCollection) throw invalid('Delimiter option can only be used with scalar nodes');
  const copied = delimiter === '' ? value : insertPart(textOf(target), textOf(value), options);
  slot.set(isCollection || !isScalarOrNull(copied) ? cloneValue(copied) : intoScalar(target, copied));
}

function isScalarOrNull(value: YamlValue): boolean {
  return isScalar(value) || isNull(value);
}

function insertPart(text: string, part: string, { delimiter = '', index = 0 }: FieldOptions): string {
  const parts = text.split(delimiter);
  if (index < 0) parts.unshift(part);
  else if (index >= parts.length) parts.push(part);
  else parts[index] = part;
  return parts.join(delimiter);
}

/** A scalar keeps its type where the text allows: text stays text, a number or a new field becomes what the text says. */
function intoScalar(target: YamlValue | undefined, value: YamlValue): YamlValue {
  const text = textOf(value);
  if (isText(target)) return text;
  return resolvePlain(text);
}
