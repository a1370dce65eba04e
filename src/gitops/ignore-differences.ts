import { isJsonObject } from '../core/index.ts';
import type { JsonObject, JsonValue } from '../core/index.ts';
import { asJson, getPath } from '../kube/index.ts';
import type { KubeObject } from '../kube/index.ts';
import type { IgnoreDifference } from './application.ts';
import { InvalidApplicationError } from './errors.ts';
import { globMatch } from './glob.ts';
import { compilePath } from './jq-path.ts';
import type { JsonPath, PathFinder } from './jq-path.ts';
import { ownedBy, ownedPaths } from './owned-fields.ts';
import { identity } from './sync-task.ts';

/** What of one object does not count. */
export interface Ignored {
  readonly finders: readonly PathFinder[];
  readonly managers: readonly string[];
}

export interface ObjectPair {
  readonly target: KubeObject;
  readonly live: KubeObject;
}

/** `/spec/template~1x` as `['spec', 'template/x']`. @throws InvalidApplicationError when it is no JSON pointer */
export function parsePointer(pointer: string): readonly string[] {
  if (!pointer.startsWith('/')) throw new InvalidApplicationError(`ignoreDifferences: not a JSON pointer: ${pointer}`);
  return pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The rules that cannot be carried out, as sentences for a condition. */
export function unsupportedRules(rules: readonly IgnoreDifference[]): readonly string[] {
  return rules.flatMap((rule) => {
    try {
      findersOf(rule);
      return [];
    } catch (error) {
      if (error instanceof InvalidApplicationError) return [error.message];
      throw error;
    }
  });
}

function findersOf(rule: IgnoreDifference): readonly PathFinder[] {
  const pointers = (rule.jsonPointers ?? []).map((text): PathFinder => {
    const pointer = parsePointer(text);
    return (document) => {
      const path = placed(document, pointer);
      return path === undefined ? [] : [path];
    };
  });
  return [...pointers, ...(rule.jqPathExpressions ?? []).map(compilePath)];
}

/** A pointer as a path: digits index lists and name fields. */
function placed(document: JsonValue, pointer: readonly string[]): JsonPath | undefined {
  const path: (string | number)[] = [];
  for (const step of pointer) {
    const list = Array.isArray(path.length === 0 ? document : getPath(document, ...path));
    path.push(list && /^\d+$/.test(step) ? Number(step) : step);
    if (getPath(document, ...path) === undefined) return undefined;
  }
  return path;
}

/** The rules that are about an object of that name. */
export function rulesFor(
  rules: readonly IgnoreDifference[],
  object: { readonly group: string; readonly kind: string; readonly namespace: string; readonly name: string },
): readonly IgnoreDifference[] {
  const unset = (wanted: string | undefined): boolean => wanted === undefined || wanted === '';
  return rules.filter(
    (rule) =>
      globMatch(rule.group ?? '', object.group) &&
      globMatch(rule.kind, object.kind) &&
      (unset(rule.name) || rule.name === object.name) &&
      (unset(rule.namespace) || rule.namespace === object.namespace),
  );
}

/** @throws InvalidApplicationError for a rule that cannot be carried out */
export function ignoredOf(rules: readonly IgnoreDifference[], object: KubeObject): Ignored | undefined {
  const own = rulesFor(rules, identity(object));
  if (own.length === 0) return undefined;
  return { finders: own.flatMap(findersOf), managers: own.flatMap((rule) => rule.managedFieldsManagers ?? []) };
}

/** Both sides without what does not count: named fields, and those that the managers named own in the cluster. */
export function stripIgnored({ target, live }: ObjectPair, ignored: Ignored): ObjectPair {
  return {
    target: without(target, pathsIn(target, ignored, live)),
    live: without(live, pathsIn(live, ignored, live)),
  };
}

function pathsIn(object: KubeObject, { finders, managers }: Ignored, live: KubeObject): readonly JsonPath[] {
  const document = asJson(object);
  return [
    ...finders.flatMap((find) => find(document)),
    ...ownedBy(live, managers).flatMap((tree) => ownedPaths(tree, document)),
  ];
}

function without(object: KubeObject, paths: readonly JsonPath[]): KubeObject {
  // Deeper and later places first, so that the indexes of the others stay right.
  const ordered = [...paths].sort(compareBackwards);
  return ordered.reduce<JsonValue>(remove, asJson(object)) as unknown as KubeObject;
}

function compareBackwards(a: JsonPath, b: JsonPath): number {
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const [left = '', right = ''] = [a[index], b[index]];
    if (left !== right)
      return typeof left === 'number' && typeof right === 'number' ? right - left : left < right ? -1 : 1;
  }
  return b.length - a.length;
}

function remove(value: JsonValue, [step, ...rest]: JsonPath): JsonValue {
  if (Array.isArray(value)) {
    if (rest.length === 0) return value.filter((_, index) => index !== step);
    return value.map((item, index) => (index === step ? remove(item, rest) : item));
  }
  if (!isJsonObject(value) || step === undefined || !Object.hasOwn(value, step)) return value;
  const { [step]: below, ...others } = value;
  return rest.length === 0 || below === undefined ? others : { ...value, [step]: remove(below, rest) };
}

/** The target with its ignored fields as the cluster has them, so that a sync leaves them as they are. */
export function keepIgnored({ target, live }: ObjectPair, ignored: Ignored): KubeObject {
  let kept: JsonValue = asJson(target);
  for (const path of pathsIn(target, ignored, live)) kept = copy(kept, asJson(live), path);
  return kept as unknown as KubeObject;
}

function copy(target: JsonValue, live: JsonValue | undefined, [step, ...rest]: JsonPath): JsonValue {
  if (step === undefined) return live ?? null;
  if (Array.isArray(target)) {
    return target.map((item, index) => (index === step ? copy(item, counterpart(item, live, index), rest) : item));
  }
  return isJsonObject(target) ? copyMember(target, live, [step, ...rest]) : target;
}

/** The live item of the same name, else at the same index. */
function counterpart(item: JsonValue, live: JsonValue | undefined, index: number): JsonValue | undefined {
  const name = getPath(item, 'name');
  const items = Array.isArray(live) ? live : [];
  return name === undefined ? items[index] : items.find((other) => getPath(other, 'name') === name);
}

function copyMember(target: JsonObject, live: JsonValue | undefined, [step = '', ...rest]: JsonPath): JsonObject {
  const { [step]: own, ...others } = target;
  const below = getPath(live, step);
  if (rest.length === 0) return below === undefined ? others : { ...others, [step]: below };
  return own === undefined ? target : { ...target, [step]: copy(own, below, rest) };
}
