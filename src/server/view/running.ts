import type { HealthState, SyncState, Version } from '../contract.ts';
import type { ApplicationView, HubState, PipelineView, ReleaseView } from '../hub/schema.ts';
import { parseImage } from './image.ts';
import type { ImageReference } from './image.ts';

/** Worst first. */
const HEALTH_ORDER: readonly HealthState[] = ['Degraded', 'Missing', 'Progressing', 'Unknown', 'Suspended', 'Healthy'];

/**
 * What an Application runs of a service: the image that a release of the service names by digest, else one whose
 * repository ends in a name of the pipeline. While old and new run side by side, the newest release counts.
 */
export function runningVersion(
  application: ApplicationView,
  pipeline: PipelineView,
  releases: readonly ReleaseView[],
): Version | undefined {
  const images = (application.status.summary?.images ?? []).map(parseImage);
  const ofService = releases.filter(({ spec }) => spec.service === pipeline.spec.service).sort(newestFirst);
  for (const release of ofService) {
    const found = release.spec.images.find(({ digest }) => images.some((image) => image.digest === digest));
    if (found !== undefined) return versionOf(release, found.digest);
  }
  const unreleased = images.find((image) => isOfPipeline(image, pipeline));
  return unreleased === undefined
    ? undefined
    : {
        version: unreleased.tag,
        digest: unreleased.digest,
      };
}

/** The version that a release stands for; `digest` picks one of its images. @default the first */
function versionOf(release: ReleaseView, digest?: string): Version {
  const { images, source } = release.spec;
  const image = images.find((candidate) => candidate.digest === digest) ?? images[0];
  return {
    version: image?.tag === undefined || image.tag === '' ? release.metadata.name : image.tag,
    digest: image?.digest ?? '',
    commit: source.commit,
    release: release.metadata.name,
  };
}

/** As {@link versionOf}, also for a release that has been removed. */
export function versionOfName(name: string, releases: readonly ReleaseView[]): Version {
  const release = releases.find(({ metadata }) => metadata.name === name);
  return release === undefined ? { version: name, digest: '', release: name } : versionOf(release);
}

export interface ServiceState {
  readonly sync: SyncState;
  readonly health: HealthState;
  readonly message?: string;
}

/** How the part of an Application is that belongs to a service: its objects by name, or all where none has its name. */
export function serviceState(application: ApplicationView, service: string, state: HubState): ServiceState {
  const others = state.pipelines.map(({ spec }) => spec.service).filter((other) => other !== service);
  const own = application.status.resources.filter(({ name }) => belongs(name, service, others));
  const { sync, health } = application.status;
  if (own.length === 0 || sync === undefined || sync.status === 'Unknown') {
    return serviceStateOf(sync?.status ?? 'Unknown', health ?? { status: 'Unknown' });
  }
  const [worst] = own.flatMap((resource) => resource.health ?? []).sort((a, b) => rank(a.status) - rank(b.status));
  const synced = own.every(({ status = 'Synced' }) => status === 'Synced');
  return serviceStateOf(synced ? 'Synced' : 'OutOfSync', worst ?? { status: 'Healthy' });
}

/** `stoa-gateway`, `stoa-gateway-metrics`, but not what a longer service name claims. */
function belongs(name: string, service: string, others: readonly string[]): boolean {
  const claims = (owner: string): boolean => name === owner || name.startsWith(`${owner}-`);
  return claims(service) && !others.some((other) => other.length > service.length && claims(other));
}

function rank(health: HealthState): number {
  return HEALTH_ORDER.indexOf(health);
}

function serviceStateOf(
  sync: SyncState,
  { status, message = '' }: { readonly status: HealthState; readonly message?: string | undefined },
): ServiceState {
  return message === '' ? { sync, health: status } : { sync, health: status, message };
}

function isOfPipeline(image: ImageReference, pipeline: PipelineView): boolean {
  return pipeline.spec.images.some((name) => parseImage(name).name === image.name);
}

function newestFirst(a: ReleaseView, b: ReleaseView): number {
  const [left = '', right = ''] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp];
  return left < right ? 1 : -Number(left > right);
}
