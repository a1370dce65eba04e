import type { Container, Pod } from '../model/pod.ts';

const RESOURCES = ['cpu', 'memory'] as const;

/** `Guaranteed` when every container's limits for CPU and memory are its requests, `BestEffort` when there are none. */
export function qosClass({ spec }: Pod): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const containers = [...(spec.initContainers ?? []), ...spec.containers];
  if (containers.every(isUnbounded)) return 'BestEffort';
  return containers.every(isGuaranteed) ? 'Guaranteed' : 'Burstable';
}

function isUnbounded({ resources }: Container): boolean {
  return RESOURCES.every(
    (name) => resources?.limits?.[name] === undefined && resources?.requests?.[name] === undefined,
  );
}

function isGuaranteed({ resources }: Container): boolean {
  return RESOURCES.every((name) => {
    const limit = resources?.limits?.[name];
    return limit !== undefined && (resources?.requests?.[name] ?? limit) === limit;
  });
}
