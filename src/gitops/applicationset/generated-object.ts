import { jsonEqual } from '../../core/index.ts';
import type { JsonObject } from '../../core/index.ts';
import { asJson } from '../../kube/index.ts';
import type { KubeObject, OwnerReference } from '../../kube/index.ts';
import { ANNOTATION, RESOURCES_FINALIZER } from '../annotations.ts';
import { ARGO_API_VERSION } from '../application.ts';
import { keepIgnored } from '../ignore-differences.ts';
import { mergePatch } from '../merge-patch.ts';
import type { ApplicationSet } from './application-set.ts';
import { ignoredIn } from './same-spec.ts';
import { ADOPTED_BY } from './set-options.ts';

/** Annotations that others put on Applications, and that a set leaves there. */
const PRESERVED = [
  'notified.notifications.argoproj.io',
  'argocd.argoproj.io/hydrate',
  ANNOTATION.refresh,
  ANNOTATION.deletionApproved,
  ADOPTED_BY,
];

/** Whether the set made the Application, or one of the same name before it did. */
export function isGeneratedBy({ metadata }: KubeObject, set: Pick<KubeObject, 'metadata'>): boolean {
  return (metadata.ownerReferences ?? []).some(
    ({ kind, name, controller }) => controller === true && kind === 'ApplicationSet' && name === set.metadata.name,
  );
}

function ownerReference({ metadata }: ApplicationSet): OwnerReference {
  return {
    apiVersion: ARGO_API_VERSION,
    kind: 'ApplicationSet',
    name: metadata.name ?? '',
    uid: metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** A generated Application as it is to be created. */
export function newApplication(generated: KubeObject, set: ApplicationSet): KubeObject {
  return { ...generated, metadata: { ...generated.metadata, ownerReferences: [ownerReference(set)] } };
}

/**
 * The merge patch that makes an Application what the set wants, but for what the set leaves to others; undefined when
 * there is nothing to change.
 * @throws InvalidApplicationError for a rule of `ignoreApplicationDifferences` that cannot be carried out
 */
export function applicationPatch(live: KubeObject, generated: KubeObject, set: ApplicationSet): JsonObject | undefined {
  const ignored = ignoredIn(generated, set.spec);
  const wanted = ignored === undefined ? generated : keepIgnored({ target: generated, live }, ignored);
  const { annotations = [], labels = [] } = set.spec.preservedFields ?? {};
  const metadata = {
    labels: { ...only(live.metadata.labels, labels), ...wanted.metadata.labels },
    annotations: { ...only(live.metadata.annotations, [...PRESERVED, ...annotations]), ...wanted.metadata.annotations },
    finalizers: [...new Set([...(wanted.metadata.finalizers ?? []), ...foreignFinalizers(live)])],
    ownerReferences: [
      ...(live.metadata.ownerReferences ?? []).filter(({ controller }) => controller !== true),
      ownerReference(set),
    ],
  };
  const before = { metadata: comparable(live.metadata), spec: asJson(live)['spec'] ?? null };
  const after = { metadata: comparable(metadata), spec: asJson(wanted)['spec'] ?? null };
  const operation = wanted['operation'] as JsonObject | undefined;
  if (operation === undefined && jsonEqual(before, after)) return undefined;
  return { ...mergePatch(before, after), ...(operation === undefined ? {} : { operation }) };
}

function only(
  texts: Readonly<Record<string, string>> | undefined,
  names: readonly string[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(texts ?? {}).filter(([name]) => names.includes(name)));
}

function foreignFinalizers({ metadata }: KubeObject): readonly string[] {
  return (metadata.finalizers ?? []).filter(
    (finalizer) => finalizer !== RESOURCES_FINALIZER && !finalizer.startsWith(`${RESOURCES_FINALIZER}/`),
  );
}

function comparable({
  labels = {},
  annotations = {},
  finalizers = [],
  ownerReferences = [],
}: KubeObject['metadata']): JsonObject {
  return { labels, annotations, finalizers, ownerReferences: ownerReferences.map((reference) => ({ ...reference })) };
}
