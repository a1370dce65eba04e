import { adoptions, deployments } from './deployed.ts';
import type { Standing } from './deployed.ts';
import type { RunningContainer, RunningPod } from './running-pod.ts';
import type { LedgerRecord } from './statement.ts';

/** Why a container is not covered: as its deployment stands, or there is none, or nobody can tell what it runs. */
export type Uncovered = Exclude<Standing, 'Current'> | 'NoRecord' | 'NoDigest';

export interface CoverageGap {
  readonly cluster: string;
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly image: string;
  readonly digest?: string;
  readonly reason: Uncovered;
}

export interface Coverage {
  readonly pods: number;
  /** Pods of which every container is covered or exempt. */
  readonly covered: number;
  /** 100 without pods. */
  readonly percent: number;
  /** Containers of exempt repositories. */
  readonly exempt: number;
  readonly gaps: readonly CoverageGap[];
}

export interface CoverageOptions {
  /**
   * Image repositories that no pipeline builds, as references without tag and digest.
   * @default none
   */
  readonly exempt?: readonly string[];
}

/**
 * How much of what runs the ledger accounts for. A container is covered when its digest is of the current deployment of
 * its cluster, or of what was taken over there and not yet replaced, or was of an earlier one and its pod is being taken
 * down.
 */
export function computeCoverage(
  pods: readonly RunningPod[],
  records: readonly LedgerRecord[],
  { exempt = [] }: CoverageOptions = {},
): Coverage {
  const known = byDigest([...adoptions(records), ...deployments(records)]);
  const exempted = new Set(exempt);
  const counted = pods.map((pod) => {
    const own = pod.containers.filter(({ image }) => !exempted.has(repositoryOf(image)));
    return { gaps: own.flatMap((one) => gapOf(pod, one, known)), exempt: pod.containers.length - own.length };
  });
  const covered = counted.filter(({ gaps }) => gaps.length === 0).length;
  return {
    pods: pods.length,
    covered,
    percent: pods.length === 0 ? 100 : (100 * covered) / pods.length,
    exempt: counted.reduce((sum, one) => sum + one.exempt, 0),
    gaps: counted.flatMap(({ gaps }) => gaps),
  };
}

type Known = ReadonlyMap<string, readonly Standing[]>;

interface Stands {
  readonly fact: { readonly cluster: string; readonly images: readonly { readonly digest: string }[] };
  readonly standing: Standing;
}

function byDigest(all: readonly Stands[]): Known {
  const known = new Map<string, Standing[]>();
  for (const { fact, standing } of all) {
    for (const { digest } of fact.images) {
      const key = `${fact.cluster} ${digest}`;
      known.set(key, [...(known.get(key) ?? []), standing]);
    }
  }
  return known;
}

function gapOf(pod: RunningPod, container: RunningContainer, known: Known): readonly CoverageGap[] {
  const { cluster, namespace, name, terminating } = pod;
  const reason = reasonOf(known.get(`${cluster} ${container.digest ?? ''}`) ?? [], container, terminating);
  if (reason === undefined) return [];
  const { name: containerName, ...rest } = container;
  return [{ cluster, namespace, pod: name, container: containerName, ...rest, reason }];
}

function reasonOf(
  standings: readonly Standing[],
  { digest }: RunningContainer,
  terminating: boolean,
): Uncovered | undefined {
  if (digest === undefined) return 'NoDigest';
  if (standings.includes('Current')) return undefined;
  const last = standings.at(-1);
  if (terminating && last !== undefined && last !== 'Failed') return undefined;
  return last === undefined || last === 'Current' ? 'NoRecord' : last;
}

/** `registry.example.com/stoa/gateway` of a reference with or without tag and digest. */
function repositoryOf(image: string): string {
  const [named = ''] = image.split('@');
  return named.replace(/:[^:/]*$/, '');
}
