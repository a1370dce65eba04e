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
  const deciders = pipeline.spec.environments.flatMap(({ approvals, deployers = [] }) => [
    ...(approvals?.groups ?? []),
    ...deployers,
  ]);
  return memberOf(person, [...promoters, ...deciders], 'promote');
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

/** Those who deploy to an environment, else those who approve for it, else those who promote. */
export function mayRollBack(
  person: Person,
  environment: PipelineEnvironmentView,
  promoters: readonly string[],
): string | undefined {
  const groups = environment.deployers ?? environment.approvals?.groups ?? promoters;
  return memberOf(person, groups, `roll back ${environment.name}`);
}

function memberOf(person: Person, groups: readonly string[], act: string): string | undefined {
  if (groups.some((group) => person.groups.includes(group))) return undefined;
  const known = [...new Set(groups)];
  return known.length === 0 ? `Nobody may ${act}` : `Only members of ${orList(known)} may ${act}`;
}

function orList(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}
