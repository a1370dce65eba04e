import { isJsonObject } from '../core/index.ts';
import type { JsonObject } from '../core/index.ts';
import { deployments } from './deployed.ts';
import type { Standing, StandingDeployment } from './deployed.ts';
import { ARTEFACT, DEPLOYMENT, QUARANTINE, ROLLBACK } from './facts.ts';
import type { DeploymentFact } from './facts.ts';
import type { LedgerRecord } from './statement.ts';

/** What a trace starts from. */
export type TraceOf =
  | { readonly digests: readonly string[]; /** Only what was deployed there. */ readonly cluster?: string }
  | { /** In full or abbreviated. */ readonly commit: string };

/** One record that belongs to a deployment. */
export interface TraceStep {
  readonly sequence: number;
  /** ISO 8601. */
  readonly at: string;
  /** Last part of the predicate type, for instance `approval`. */
  readonly what: string;
  readonly actor: string;
  readonly detail: string;
}

/** One deployment from the commit to the cluster. */
export interface DeploymentTrace {
  readonly sequence: number;
  readonly hash: string;
  readonly standing: Standing;
  readonly fact: DeploymentFact;
  /** The other records that speak of it, in order. */
  readonly steps: readonly TraceStep[];
}

/** Every deployment of an image or of a commit, the newest first, with all that the ledger knows of it. */
export function trace(records: readonly LedgerRecord[], of: TraceOf): readonly DeploymentTrace[] {
  const wanted = deployments(records).filter((one) => fits(one.fact, of));
  return wanted.toReversed().map(({ record, fact, standing }) => ({
    ...{ sequence: record.sequence, hash: record.hash, standing, fact },
    steps: records.filter((other) => speaksOf(other, { record, fact, standing })).map(step),
  }));
}

function fits({ images, cluster, commit }: DeploymentFact, of: TraceOf): boolean {
  if ('commit' in of) return commit.startsWith(of.commit);
  if (of.cluster !== undefined && of.cluster !== cluster) return false;
  return images.some(({ digest }) => of.digests.includes(digest));
}

function speaksOf({ predicateType, predicate }: LedgerRecord, { record, fact }: StandingDeployment): boolean {
  const { service, environment, release, mergeRequest, images } = fact;
  if (predicateType === DEPLOYMENT) return false;
  if (predicateType === ROLLBACK) {
    const here = predicate['service'] === service && predicate['environment'] === environment;
    return here && (predicate['from'] === release || predicate['to'] === release);
  }
  const promotion = record.id.slice('deployment/'.length);
  if ([predicate['promotion'], predicate['about']].includes(promotion)) return true;
  if (predicate['mergeRequest'] === mergeRequest || predicate['about'] === mergeRequest) return true;
  const ofImage = predicateType === QUARANTINE || predicateType === ARTEFACT;
  return ofImage && images.some(({ digest }) => digest === predicate['digest']) && isHere(predicate, fact);
}

/** A verdict on an image counts for every environment unless it names one. */
function isHere({ environment }: JsonObject, fact: DeploymentFact): boolean {
  return environment === undefined || environment === fact.environment;
}

const DETAILS = ['gate', 'state', 'verdict', 'outcome', 'from', 'to', 'sha', 'mergeCommit', 'reason'];

function step({ sequence, at, predicateType, predicate }: LedgerRecord): TraceStep {
  const text = (key: string): string => (typeof predicate[key] === 'string' ? predicate[key] : '');
  const checks = Array.isArray(predicate['checks']) ? predicate['checks'].filter(isJsonObject) : [];
  const failed = checks.flatMap(({ name, passed }) => (passed === false && typeof name === 'string' ? [name] : []));
  return {
    sequence,
    at: text('at') === '' ? new Date(at).toISOString() : text('at'),
    what: predicateType.split('/').at(-2) ?? predicateType,
    actor: text('actor'),
    detail: [...DETAILS.map(text), ...failed.map((name) => `${name} failed`)].filter((part) => part !== '').join(' '),
  };
}
