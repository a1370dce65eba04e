import type { ApplicationDetail, ApplicationSummary, Resource } from '../contract.ts';
import type { ApplicationView } from '../hub/schema.ts';
import { present } from './present.ts';

type ResourceView = ApplicationView['status']['resources'][number];

export function applicationSummary(application: ApplicationView): ApplicationSummary {
  return { ...head(application), conditions: application.status.conditions.length };
}

export function applicationDetail(application: ApplicationView): ApplicationDetail {
  const { status, spec } = application;
  const { repoURL, path } = sourceOf(spec);
  const { operationState, health } = status;
  return {
    ...head(application),
    ...present({ repository: repoURL, path }),
    ...present({ healthMessage: health?.message }),
    resources: status.resources.map(resource),
    conditions: status.conditions.map(({ type, message, lastTransitionTime: at }) =>
      at === undefined ? { type, message } : { type, message, at },
    ),
    ...present({ operation: operationState }),
  };
}

function head({ metadata, spec, status }: ApplicationView): Omit<ApplicationSummary, 'conditions'> {
  const { targetRevision } = sourceOf(spec);
  const { status: sync, revision } = status.sync ?? { status: 'Unknown' };
  return {
    name: metadata.name,
    project: spec.project,
    destination: spec.destination.name ?? spec.destination.server ?? '',
    sync,
    health: status.health?.status ?? 'Unknown',
    ...present({ revision, targetRevision }),
  };
}

function resource({
  group = '',
  kind,
  namespace,
  name,
  status,
  health,
  requiresPruning = false,
}: ResourceView): Resource {
  return {
    group,
    kind,
    ...present({ namespace }),
    name,
    ...present({ sync: status }),
    ...present({ health: health?.status, message: health?.message }),
    requiresPruning,
  };
}

/** The one source, or the first of several. */
function sourceOf({ source, sources }: ApplicationView['spec']): NonNullable<ApplicationView['spec']['source']> {
  return source ?? sources?.[0] ?? {};
}
