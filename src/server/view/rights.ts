import type { PipelineEnvironmentView, PipelineView } from '../hub/schema.ts';

/** Whom the rights are asked for. */
export interface Person {
  readonly name: string;
  readonly groups: readonly string[];
}

/**
 * Who may do what, as far as groups decide it. Each function answers `undefined` for yes, or the reason for no.
 * The state of a promotion is looked at elsewhere: the verbs have the last word.
 */
export function mayPromote(person: Person, pipeline: PipelineView, promoters: readonly string[]): string | undefined {
  return memberOf(person, [...promoters, ...decidersOf(pipeline)], 'promote');
}

/** Those who approve or deploy somewhere in the pipeline: going back is no less of a decision than going on. */
export function mayRollBack(person: Person, pipeline: PipelineView): string | undefined {
  return memberOf(person, decidersOf(pipeline), 'roll back');
}

export function mayApprove(person: Person, environment: PipelineEnvironmentView): string | undefined {
  const { name, approvals } = environment;
  if (approvals === undefined) return `Merge requests of ${name} merge by policy`;
  return memberOf(person, approvals.groups, `approve for ${name}`);
}

export function mayDeploy(person: Person, environment: PipelineEnvironmentView): string | undefined {
  const { name, sync, deployers = [] } = environment;
  if (sync === 'auto') return `Approved changes of ${name} are deployed by themselves`;
  return memberOf(person, deployers, `deploy to ${name}`);
}

export function mayFreeze(person: Person, pipelines: readonly PipelineView[], environment: string): string | undefined {
  return memberOf(person, pipelines.flatMap(decidersOf), `freeze ${environment}`);
}

export function mayLift(person: Person, pipelines: readonly PipelineView[]): string | undefined {
  return memberOf(person, pipelines.flatMap(decidersOf), 'lift a quarantine');
}

export function mayBreakGlass(person: Person, { name, breakGlass }: PipelineEnvironmentView): string | undefined {
  return memberOf(person, breakGlass?.groups ?? [], `break the glass of ${name}`);
}

export function mayReview(person: Person, { name, approvals }: PipelineEnvironmentView): string | undefined {
  return memberOf(person, approvals?.groups ?? [], `review what was done in need in ${name}`);
}

function decidersOf({ spec }: PipelineView): readonly string[] {
  return spec.environments.flatMap(({ approvals, deployers = [] }) => [...(approvals?.groups ?? []), ...deployers]);
}

function memberOf(person: Person, groups: readonly string[], act: string): string | undefined {
  if (groups.some((group) => person.groups.includes(group))) return undefined;
  const known = [...new Set(groups)];
  return known.length === 0 ? `Nobody may ${act}` : `Only members of ${orList(known)} may ${act}`;
}

function orList(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}
