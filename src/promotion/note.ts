import type { ArtefactVerdict } from '../supply-chain/index.ts';
import type { Case } from './case.ts';
import { previousEnvironment } from './gates/previous.ts';
import type { Evidence } from './gates/verdict.ts';
import { formatChanges, podsReplacedBy } from './rendered.ts';
import type { ObjectChange } from './rendered.ts';
import type { ApplicationView } from './schema.ts';

export const NOTE_HEAD = '### What this changes, rendered';

export interface NoteFacts {
  readonly changes: readonly ObjectChange[];
  /** The Application of the environment before, as it is now; `undefined` where there is none. */
  readonly before: ApplicationView | undefined;
  /** Where the environment's objects are. */
  readonly cluster: string;
  readonly evidence: Evidence;
}

/** The note on a merge request: what its reader approves, and what is known about it. Pure. */
export function formatNote(one: Case, { changes, before, cluster, evidence }: NoteFacts): string {
  const pods = podsReplacedBy(changes);
  const place = `${count(changes.length, 'object')} in ${one.environment.name}${cluster === '' ? '' : `, cluster ${cluster}`}`;
  const replaced = pods.length === 0 ? 'no Pods are replaced' : `Pods are replaced: ${pods.map(code).join(', ')}`;
  const facts: readonly (readonly [string, string])[] = [
    ['Reach', `${place}; ${replaced}`],
    ['Images', imagesOf(evidence)],
    ...earlierOf(one, before),
  ];
  const rows = facts.map(([name, text]) => `| ${name} | ${text} |`);
  return [NOTE_HEAD, '', formatChanges(changes), '', '| | |', '|---|---|', ...rows].join('\n');
}

function imagesOf({ artefacts }: Evidence): string {
  if (artefacts === undefined) return 'The environment has no policy for images';
  if (artefacts.fault !== undefined) return artefacts.fault;
  return artefacts.verdicts.map(verdictOf).join('<br>');
}

function verdictOf({ image, verified, checks, source, policy }: ArtefactVerdict): string {
  const failed = checks.filter(({ ok }) => !ok).map(({ check, reason }) => `${check}: ${reason}`);
  const built = source === undefined ? '' : `, built from ${source.commit.slice(0, 12)} of ${source.ref}`;
  const kept = checks.map(({ check }) => check).join(', ');
  const verdict = verified ? `verified (${kept})${built}` : `**not verified**: ${failed.join('; ')}`;
  return `${code(image)} ${verdict}, by policy ${policy.name}`;
}

/** How the release has done where it came from: since when, how it is, how long it took to get there. */
function earlierOf(
  { pipeline, environment, promotions, proposal }: Case,
  before: ApplicationView | undefined,
): readonly (readonly [string, string])[] {
  const previous = previousEnvironment(pipeline, environment.name);
  if (previous === undefined) return [];
  const there = promotions.findLast(
    ({ spec, status }) =>
      spec.environment === previous.name && spec.release === proposal.release && status?.phase === 'Deployed',
  );
  if (there === undefined) return [[previous.name, 'It has not been there']];
  const { finishedAt = '', gates = [] } = there.status ?? {};
  const { status: health = 'Unknown', message = '' } = before?.status?.health ?? {};
  const smoke = gates.find(({ name }) => name === 'smoke-test');
  const parts = [
    `there since ${finishedAt}`,
    `now ${health}${message === '' ? '' : ` (${message})`}`,
    ...(smoke === undefined ? [] : [`smoke test ${smoke.state}`]),
    ...leadTime(proposal.source.committedAt, finishedAt).map((time) => `${time} after the commit`),
  ];
  return [[previous.name, parts.join(', ')]];
}

function leadTime(from: string, to: string): readonly string[] {
  const minutes = Math.round((Date.parse(to) - Date.parse(from)) / 60_000);
  if (Number.isNaN(minutes) || minutes < 0) return [];
  return [minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`];
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

function code(text: string): string {
  return `\`${text}\``;
}
