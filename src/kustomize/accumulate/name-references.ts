import { KustomizeError } from '../errors.ts';
import { appliesTo } from '../config/field-spec.ts';
import type { FieldSpec, NameReference } from '../config/field-spec.ts';
import { describeId, effectiveNamespace, isClusterScoped, isSelected } from '../model/identity.ts';
import type { Gvk } from '../model/identity.ts';
import { getIn } from '../model/field-path.ts';
import type { Resource } from '../model/resource.ts';
import type { ResourceMap } from '../model/resource-map.ts';
import { visitField } from '../transform/visit-field.ts';
import type { Slot } from '../transform/visit-field.ts';
import { isMap, isScalar, textOf } from '../yaml/value.ts';
import type { YamlMap, YamlValue } from '../yaml/value.ts';

/** Gives every field that names an object the name that the object has by now. */
export function fixNameReferences(resources: ResourceMap, references: readonly NameReference[]): void {
  const targets = new TargetIndex(resources);
  const specs = specsByKind(references);
  for (const referrer of resources.all) {
    const { originalId } = referrer;
    checkSubjects(referrer);
    for (const { spec, target } of specs(originalId.kind)) {
      if (appliesTo(spec, originalId)) new Referrer(referrer, spec, { target, targets }).fix();
    }
  }
  resources.changed();
}

/** A service account that is bound in a namespace that is written as nothing is surely a mistake. */
function checkSubjects({ node, kind, id }: Resource): void {
  const subjects = node['subjects'];
  if (kind !== 'RoleBinding' || !Array.isArray(subjects)) return;
  for (const subject of subjects) {
    if (!isMap(subject) || subject['kind'] !== 'ServiceAccount' || !Object.hasOwn(subject, 'namespace')) continue;
    if (!isScalar(subject['namespace'])) {
      throw new KustomizeError(
        'INVALID_RESOURCE',
        `Invalid Input: namespace is blank for resource ${describeId(id)}: name the namespace, or leave the field out`,
      );
    }
  }
}

interface ReferenceSpec {
  readonly spec: FieldSpec;
  readonly target: Partial<Gvk>;
}

const indexed = new WeakMap<readonly NameReference[], Map<string, ReferenceSpec[]>>();

function specsByKind(references: readonly NameReference[]): (kind: string) => readonly ReferenceSpec[] {
  let byKind = indexed.get(references);
  if (byKind === undefined) {
    byKind = new Map();
    indexed.set(references, byKind);
  }
  const known = byKind;
  return (kind) => {
    const found = known.get(kind);
    if (found !== undefined) return found;
    const specs = references.flatMap((target) =>
      target.fieldSpecs
        .filter((spec) => spec.kind === undefined || spec.kind === '' || spec.kind === kind)
        .map((spec) => ({ spec, target })),
    );
    known.set(kind, specs);
    return specs;
  };
}

/** The objects by every name that they had before their present one, and by the namespace that they had at first. */
class TargetIndex {
  readonly #byName = new Map<string, Resource[]>();
  readonly #byFirstNamespace = new Map<string, Resource[]>();

  constructor(resources: ResourceMap) {
    for (const resource of resources.all) {
      for (const name of new Set(resource.previousIds.map((id) => id.name))) enter(this.#byName, name, resource);
      const { originalId } = resource;
      if (!isClusterScoped(originalId)) enter(this.#byFirstNamespace, effectiveNamespace(originalId), resource);
    }
  }

  inFirstNamespace(namespace: string): readonly Resource[] {
    return this.#byFirstNamespace.get(namespace) ?? [];
  }

  get(name: string): readonly Resource[] {
    return this.#byName.get(name) ?? [];
  }
}

function enter(index: Map<string, Resource[]>, key: string, resource: Resource): void {
  const found = index.get(key);
  if (found === undefined) index.set(key, [resource]);
  else found.push(resource);
}

class Referrer {
  readonly #referrer: Resource;
  readonly #spec: FieldSpec;
  readonly #target: Partial<Gvk>;
  readonly #targets: TargetIndex;

  constructor(
    referrer: Resource,
    spec: FieldSpec,
    { target, targets }: { readonly target: Partial<Gvk>; readonly targets: TargetIndex },
  ) {
    this.#referrer = referrer;
    this.#spec = spec;
    this.#target = target;
    this.#targets = targets;
  }

  fix(): void {
    visitField(this.#referrer.node, { spec: this.#spec, visit: (slot) => this.#fixSlot(slot) });
  }

  #fixSlot(slot: Slot): void {
    const value = slot.get();
    if (isScalar(value)) this.#fixScalar(slot, textOf(value));
    else if (isMap(value)) this.#fixMap(value);
    else if (Array.isArray(value)) this.#fixList(value);
  }

  #fixList(list: YamlValue[]): void {
    for (const [i, item] of list.entries()) {
      if (isScalar(item)) this.#fixScalar({ get: () => list[i], set: (value) => (list[i] = value) }, textOf(item));
      else if (isMap(item)) this.#fixMap(item);
    }
  }

  #fixScalar(slot: Slot, name: string): void {
    const found = this.#select(name, this.#targets.get(name), sameName);
    if (found === undefined) return;
    found.referrers.push(this.#referrer.id);
    if (found.name !== name) slot.set(found.name);
  }

  /** The map has a name and perhaps a namespace; both are set. */
  #fixMap(map: YamlMap): void {
    const field = map['name'];
    if (field === undefined) {
      throw new KustomizeError(
        'INVALID_KUSTOMIZATION',
        `Cannot update the name reference in '${this.#spec.path}' of ${describeId(this.#referrer.id)}: path config error; no 'name' field in node`,
      );
    }
    const name = textOf(field);
    const candidates = this.#inNamespace(this.#targets.get(name), map['namespace']);
    const found = this.#select(name, candidates, sameNameAndNamespace);
    if (found === undefined) return;
    found.referrers.push(this.#referrer.id);
    if (found.name === name && found.namespace === '') return;
    map['name'] = found.name;
    if (found.namespace !== '') map['namespace'] = found.namespace;
  }

  #inNamespace(candidates: readonly Resource[], field: YamlValue | undefined): readonly Resource[] {
    if (field === undefined) return candidates;
    const namespace = textOf(field);
    // Upstream takes the first namespaces for what is meant as soon as anything at all was in it.
    const isFirst = this.#targets.inFirstNamespace(namespace).some((resource) => this.#isVisible(resource));
    return candidates.filter(({ originalId, id }) => isIn(isFirst ? originalId : id, namespace));
  }

  #select(name: string, named: readonly Resource[], same: (a: Resource, b: Resource) => boolean): Resource | undefined {
    let candidates = named.filter((resource) => this.#canBeMeant(resource));
    if (candidates.length <= 1) return candidates[0];
    for (const allowEmpty of [true, false]) {
      candidates = candidates.filter((resource) => hasSameAffixes(resource, this.#referrer, allowEmpty));
      if (candidates.length <= 1) return candidates[0];
    }
    const [first] = candidates;
    if (first === undefined || candidates.every((other) => same(first, other))) return first;
    const ids = candidates.map(({ id }) => describeId(id)).join(', ');
    throw new KustomizeError(
      'NO_SINGLE_TARGET',
      `Cannot update the name reference '${name}' in '${this.#spec.path}' of ${describeId(this.#referrer.id)}: found multiple possible referrals: ${ids}`,
    );
  }

  #canBeMeant(resource: Resource): boolean {
    if (!resource.previousIds.some((id) => isSelected(id, this.#target))) return false;
    if (!this.#fitsRoleRef(resource)) return false;
    return this.#isVisible(resource);
  }

  /** Group and kind that stand beside the name in a role binding count, too. */
  #fitsRoleRef(resource: Resource): boolean {
    if (!this.#spec.path.endsWith('roleRef/name')) return true;
    const group = getIn(this.#referrer.node, 'roleRef', 'apiGroup');
    const kind = getIn(this.#referrer.node, 'roleRef', 'kind');
    if (group === undefined || kind === undefined) return true;
    return resource.previousIds.some((id) => isSelected(id, { group: textOf(group), kind: textOf(kind) }));
  }

  /** Objects of other namespaces are not meant, but for service accounts of role bindings. */
  #isVisible(resource: Resource): boolean {
    const from = this.#referrer.id;
    const to = resource.id;
    if (isClusterScoped(from) || isClusterScoped(to)) return true;
    if (effectiveNamespace(from) === effectiveNamespace(to)) return true;
    return resource.kind === 'ServiceAccount' && this.#bindsNamespace(resource.namespace);
  }

  #bindsNamespace(namespace: string): boolean {
    const { node, kind } = this.#referrer;
    const subjects = node['subjects'];
    if (kind !== 'RoleBinding' || !Array.isArray(subjects)) return false;
    return subjects.some(
      (subject) => isMap(subject) && subject['kind'] === 'ServiceAccount' && textOf(subject['namespace']) === namespace,
    );
  }
}

function isIn(id: Parameters<typeof effectiveNamespace>[0], namespace: string): boolean {
  return !isClusterScoped(id) && effectiveNamespace(id) === namespace;
}

function sameName(a: Resource, b: Resource): boolean {
  return a.name === b.name;
}

function sameNameAndNamespace(a: Resource, b: Resource): boolean {
  return a.name === b.name && a.namespace === b.namespace;
}

/** Whether both went through the same prefixes and suffixes, the shorter history being the end of the longer. */
function hasSameAffixes(a: Resource, b: Resource, allowEmpty: boolean): boolean {
  return sameEnding(a.prefixes, b.prefixes, allowEmpty) && sameEnding(a.suffixes, b.suffixes, allowEmpty);
}

function sameEnding(a: readonly string[], b: readonly string[], allowEmpty: boolean): boolean {
  if (allowEmpty && (a.length === 0 || b.length === 0)) return true;
  const length = Math.min(a.length, b.length);
  if (length === 0) return a.length === b.length;
  return a.slice(-length).every((affix, i) => affix === b[b.length - length + i]);
}
