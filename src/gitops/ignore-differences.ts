import { isJsonObject } from '../core/index.ts';
import type { JsonObject, JsonValue } from '../core/index.ts';
import { asJson, getPath } from '../kube/index.ts';
import type { KubeObject } from '../kube/index.ts';
import type { IgnoreDifference } from './application.ts';
import type { Difference } from './compare.ts';
import { globMatch } from './glob.ts';
import { ownedBy, ownsPath } from './owned-fields.ts';
import { identity } from './sync-task.ts';

/** What of one object does not count. */
export interface Ignored {
  /** JSON pointers, taken apart. */
  readonly pointers: readonly (readonly string[])[];
  readonly managers: readonly string[];
}

/** `/spec/template~1x` as `['spec', 'template/x']`; undefined when it is no JSON pointer. */
export function parsePointer(pointer: string): readonly string[] | undefined {
  if (!pointer.startsWith('/')) return undefined;
  return pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The rules that cannot be carried out, as sentences for a condition. */
export function unsupportedRules(rules: readonly IgnoreDifference[]): readonly string[] {
  const jq = rules.flatMap((rule) => rule.jqPathExpressions ?? []);
  const pointers = rules.flatMap((rule) => rule.jsonPointers ?? []).filter((text) => parsePointer(text) === undefined);
  return [
    ...jq.map(
      (text) => `ignoreDifferences: jqPathExpressions are not supported; write a JSON pointer instead of: ${text}`,
    ),
    ...pointers.map((text) => `ignoreDifferences: not a JSON pointer: ${text}`),
  ];
}

function applies(rule: IgnoreDifference, object: KubeObject): boolean {
  const { group, kind, namespace, name } = identity(object);
  return (
    globMatch(rule.group ?? '', group) &&
    globMatch(rule.kind, kind) &&
    (rule.name === undefined || rule.name === '' || rule.name === name) &&
    (rule.namespace === undefined || rule.namespace === '' || rule.namespace === namespace)
  );
}

export function ignoredOf(rules: readonly IgnoreDifference[], object: KubeObject): Ignored {
  const own = rules.filter((rule) => applies(rule, object));
  return {
    pointers: own.flatMap((rule) => rule.jsonPointers ?? []).flatMap((text) => [parsePointer(text) ?? []]),
    managers: own.flatMap((rule) => rule.managedFieldsManagers ?? []),
  };
}

/** The differences that count: those below an ignored pointer, or owned by an ignored manager, do not. */
export function withoutIgnored(
  differences: readonly Difference[],
  ignored: Ignored,
  objects: { readonly desired: KubeObject; readonly live: KubeObject },
): readonly Difference[] {
  if (ignored.pointers.length === 0 && ignored.managers.length === 0) return differences;
  const trees = ownedBy(objects.live, ignored.managers);
  const live = asJson(objects.live);
  const desired = asJson(objects.desired);
  return differences.filter(({ path }) => {
    if (ignored.pointers.some((pointer) => startsWith(path, pointer))) return false;
    return !trees.some((tree) => ownsPath(tree, path, live) || ownsPath(tree, path, desired));
  });
}

function startsWith(path: readonly (string | number)[], pointer: readonly string[]): boolean {
  return (
    pointer.length > 0 && pointer.length <= path.length && pointer.every((step, index) => step === String(path[index]))
  );
}

/** The target with its ignored fields as the cluster has them, so that a sync leaves them as they are. */
export function keepIgnored(target: KubeObject, live: KubeObject, ignored: Ignored): KubeObject {
  let kept: JsonValue = asJson(target);
  for (const pointer of ignored.pointers) kept = copyPath(kept, asJson(live), pointer);
  return kept as unknown as KubeObject;
}

function copyPath(target: JsonValue, live: JsonValue | undefined, path: readonly string[]): JsonValue {
  const [step, ...rest] = path;
  if (step === undefined) return live ?? null;
  if (Array.isArray(target)) {
    return target.map((item, index) => (String(index) === step ? copyPath(item, getPath(live, index), rest) : item));
  }
  return isJsonObject(target) ? copyMember(target, { step, rest, below: getPath(live, step) }) : target;
}

interface Member {
  readonly step: string;
  readonly rest: readonly string[];
  readonly below: JsonValue | undefined;
}

function copyMember(target: JsonObject, { step, rest, below }: Member): JsonObject {
  const { [step]: own, ...others } = target;
  if (rest.length === 0) return below === undefined ? others : { ...others, [step]: below };
  return own === undefined ? target : { ...target, [step]: copyPath(own, below, rest) };
}
