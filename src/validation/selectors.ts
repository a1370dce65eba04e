import { isJsonObject } from '../core/index.ts';
import type { JsonValue } from '../core/index.ts';
import { SelectorError, getPath, gvkOf, matchLabels } from '../kube/index.ts';
import type { KubeObject, Labels } from '../kube/index.ts';
import { printPath } from './field-path.ts';
import type { FieldPath } from './field-path.ts';
import type { NewFinding } from './finding.ts';
import type { Locator } from './locate.ts';
import { objectsIn, podTemplateOf } from './pod-templates.ts';
import { aboutObject } from './rendered.ts';
import type { PlacedObject } from './rendered.ts';
import type { Scope } from './scope.ts';

/** A selector with what it is meant to find. */
interface Selection {
  readonly selector: JsonValue | undefined;
  readonly path: FieldPath;
  readonly of: 'pods' | 'services';
  /** `undefined`: any. */
  readonly namespaces: readonly string[] | undefined;
}

/** Selectors that find nothing in the overlay. */
export async function checkSelectors(
  placed: PlacedObject,
  scope: Scope,
  locator: Locator,
): Promise<readonly NewFinding[]> {
  const found: NewFinding[] = [];
  for (const selection of selectionsOf(placed.object, scope.namespaceOf(placed.object))) {
    const problem = problemOf(selection, scope);
    if (problem === undefined) continue;
    found.push({ rule: 'selector', ...problem, ...(await aboutObject(placed, locator, selection.path)) });
  }
  return found;
}

function problemOf(selection: Selection, scope: Scope): Pick<NewFinding, 'message' | 'mend'> | undefined {
  const { selector, path, of, namespaces } = selection;
  try {
    const candidates = scope.objectsIn(namespaces);
    if (candidates.some((object) => isFound(selector, labelsFor(object, of)))) return undefined;
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error;
    return { message: `${printPath(path)} is no selector: ${error.message}`, mend: 'Write it as Kubernetes reads it' };
  }
  return {
    message: `${printPath(path)} matches no ${of}${namespaces === undefined ? '' : ` in namespace ${namespaces.join(', ')}`}`,
    mend: `Mend the labels of the selector, or of the ${of} that it is meant for`,
  };
}

function isFound(selector: JsonValue | undefined, labels: Labels | undefined): boolean {
  return labels !== undefined && matchLabels(selector, labels);
}

function labelsFor(object: KubeObject, of: Selection['of']): Labels | undefined {
  if (of === 'pods') return podTemplateOf(object)?.labels;
  return object.kind === 'Service' && gvkOf(object).group === '' ? (object.metadata.labels ?? {}) : undefined;
}

function selectionsOf(object: KubeObject, own: string): readonly Selection[] {
  const namespaces = [own];
  switch (object.kind) {
    case 'Service':
      return serviceSelections(object, namespaces);
    case 'PodDisruptionBudget':
      return podSelections(object, ['spec', 'selector'], namespaces);
    case 'NetworkPolicy':
      return policySelections(object, namespaces);
    case 'ServiceMonitor':
      return monitorSelections(object, 'services', own);
    case 'PodMonitor':
      return monitorSelections(object, 'pods', own);
    default:
      return [];
  }
}

/** An empty selector is meant to find everything, be there something or not. */
function isEmpty(selector: JsonValue | undefined): boolean {
  return !isJsonObject(selector) || Object.keys(selector).length === 0;
}

function serviceSelections(object: KubeObject, namespaces: readonly string[]): readonly Selection[] {
  const path = ['spec', 'selector'];
  const labels = getPath(object, ...path);
  if (isEmpty(labels)) return [];
  return [{ selector: { matchLabels: labels ?? {} }, path, of: 'pods', namespaces }];
}

function podSelections(object: KubeObject, path: FieldPath, namespaces: readonly string[]): readonly Selection[] {
  const selector = getPath(object, ...path);
  return isEmpty(selector) ? [] : [{ selector, path, of: 'pods', namespaces }];
}

/** Whom a policy is for, and peers in its own namespace; other namespaces may be anybody's. */
function policySelections(object: KubeObject, namespaces: readonly string[]): readonly Selection[] {
  const peers = [
    ...peersOf(object, 'ingress', 'from').map((path) => [...path, 'podSelector']),
    ...peersOf(object, 'egress', 'to').map((path) => [...path, 'podSelector']),
  ];
  return [['spec', 'podSelector'], ...peers].flatMap((path) => podSelections(object, path, namespaces));
}

function peersOf(object: KubeObject, direction: string, field: string): FieldPath[] {
  return objectsIn(getPath(object, 'spec', direction)).flatMap(({ value, index }) =>
    objectsIn(value[field])
      .filter((peer) => peer.value['namespaceSelector'] === undefined)
      .map((peer) => ['spec', direction, index, field, peer.index]),
  );
}

function monitorSelections(object: KubeObject, of: Selection['of'], own: string): readonly Selection[] {
  const path = ['spec', 'selector'];
  const selector = getPath(object, ...path);
  if (isEmpty(selector)) return [];
  const names = getPath(object, 'spec', 'namespaceSelector', 'matchNames');
  const listed = Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [own];
  const isAny = getPath(object, 'spec', 'namespaceSelector', 'any') === true;
  return [{ selector, path, of, namespaces: isAny ? undefined : listed }];
}
