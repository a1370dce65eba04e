import { parseDuration } from '../../core/index.ts';
import type { KubeObject } from '../../kube/index.ts';
import { annotation, annotationValues } from '../annotations.ts';
import { InvalidApplicationError } from '../errors.ts';

const PREFIX = 'applicationset.stoa.dev';

/** Of ours, on a set. */
const OPTION = {
  allowEmpty: `${PREFIX}/allow-empty`,
  allowedProjects: `${PREFIX}/allowed-projects`,
  removalGrace: `${PREFIX}/removal-grace`,
  removalBudget: `${PREFIX}/removal-budget`,
  removeData: `${PREFIX}/remove-data`,
  dryRun: `${PREFIX}/dry-run`,
} as const;

/** On an Application: when its removal was asked for, RFC 3339. */
export const REMOVAL_REQUESTED = `${PREFIX}/removal-requested`;
/** On an Application that nobody generated: the set that may take it over. */
export const ADOPTED_BY = `${PREFIX}/adopted-by`;

const DEFAULT_GRACE_MS = 10 * 60_000;
const DEFAULT_BUDGET = 5;

/** How careful a set is. */
export interface SetOptions {
  /** A generator that gives nothing means that nothing is wanted. */
  readonly allowEmpty: boolean;
  /** Globs of the projects that may come from what tenants write. */
  readonly allowedProjects: readonly string[];
  /** Between the request to remove an Application and its removal. */
  readonly graceMs: number;
  /** Applications removed in one pass. */
  readonly budget: number;
  /** Removes Applications that hold data without anybody's approval. */
  readonly removeData: boolean;
  /** Says what would be done and does nothing. */
  readonly dryRun: boolean;
}

/** What a set's annotations say. @throws InvalidApplicationError for a value that means nothing */
export function setOptionsOf(set: Pick<KubeObject, 'metadata'>): SetOptions {
  const grace = annotation(set, OPTION.removalGrace);
  const graceMs = grace === undefined ? DEFAULT_GRACE_MS : parseDuration(grace);
  if (graceMs === undefined || graceMs < 0) throw invalid(OPTION.removalGrace, grace);
  const budget = annotation(set, OPTION.removalBudget);
  if (budget !== undefined && !/^\d{1,6}$/.test(budget)) throw invalid(OPTION.removalBudget, budget);
  return {
    allowEmpty: isOn(set, OPTION.allowEmpty),
    allowedProjects: annotationValues(set, OPTION.allowedProjects),
    graceMs,
    budget: budget === undefined ? DEFAULT_BUDGET : Number(budget),
    removeData: isOn(set, OPTION.removeData),
    dryRun: isOn(set, OPTION.dryRun),
  };
}

function isOn(set: Pick<KubeObject, 'metadata'>, name: string): boolean {
  const value = annotation(set, name);
  if (value === undefined || value === 'false') return false;
  if (value === 'true') return true;
  throw invalid(name, value);
}

function invalid(name: string, value: string | undefined): InvalidApplicationError {
  return new InvalidApplicationError(`annotation ${name} has an invalid value: ${JSON.stringify(value)}`);
}
