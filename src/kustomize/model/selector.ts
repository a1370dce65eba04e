import { KustomizeError } from '../errors.ts';
import { SelectorError, parseLabelSelector } from '../../kube/index.ts';
import { getIn } from './field-path.ts';
import { effectiveNamespace } from './identity.ts';
import type { Selector } from './kustomization.ts';
import type { Resource } from './resource.ts';
import { isMap, textOf } from '../yaml/value.ts';
import type { YamlValue } from '../yaml/value.ts';

export type ResourceTest = (resource: Resource) => boolean;

/** @throws KustomizeError INVALID_KUSTOMIZATION for a malformed regular expression or selector */
export function compileSelector(selector: Selector): ResourceTest {
  const name = pattern(selector.name, 'name');
  const namespace = pattern(selector.namespace, 'namespace');
  const kind = pattern(selector.kind, 'kind');
  const group = pattern(selector.group, 'group');
  const version = pattern(selector.version, 'version');
  const pairs = compilePairs(selector);
  return (resource) => {
    const { id, originalId, gvk } = resource;
    if (!namespace(effectiveNamespace(originalId)) && !namespace(effectiveNamespace(id))) return false;
    if (!name(originalId.name) && !name(id.name)) return false;
    if (!kind(gvk.kind) || !group(gvk.group) || !version(gvk.version)) return false;
    return pairs(resource);
  };
}

/** Tests the labels and annotations alone. */
export function compilePairs({ labelSelector, annotationSelector }: Selector): ResourceTest {
  const labels = pairTest(labelSelector);
  const annotations = pairTest(annotationSelector);
  return ({ node }) => labels(getIn(node, 'metadata', 'labels')) && annotations(getIn(node, 'metadata', 'annotations'));
}

/** `undefined` for an absent pattern, which any text matches. */
export function anchored(source: string | undefined): ((text: string) => boolean) | undefined {
  return source === undefined || source === '' ? undefined : pattern(source, 'part');
}

/** The pattern must match the whole text. */
function pattern(source: string | undefined, field: string): (text: string) => boolean {
  if (source === undefined || source === '') return () => true;
  if (/^[A-Za-z0-9-]+$/.test(source)) return (text) => text === source;
  try {
    const compiled = new RegExp(`^(?:${source})$`);
    return (text) => compiled.test(text);
  } catch (cause) {
    throw new KustomizeError(
      'INVALID_KUSTOMIZATION',
      `The ${field} of a selector is no regular expression: ${source}`,
      {
        cause,
      },
    );
  }
}

function pairTest(selector: string | undefined): (pairs: YamlValue | undefined) => boolean {
  if (selector === undefined || selector === '') return () => true;
  const matches = parsePairs(selector);
  return (pairs) => {
    const plain: Record<string, string> = {};
    if (isMap(pairs)) for (const key in pairs) plain[key] = textOf(pairs[key]);
    return matches(plain);
  };
}

function parsePairs(selector: string): (pairs: Readonly<Record<string, string>>) => boolean {
  try {
    return parseLabelSelector(selector);
  } catch (cause) {
    if (!(cause instanceof SelectorError)) throw cause;
    throw new KustomizeError('INVALID_KUSTOMIZATION', `Not a label selector: ${selector}`, { cause });
  }
}
