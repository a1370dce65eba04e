import { formatTime, parseDuration } from '../../core/index.ts';
import type { PipelineEnvironment, PipelineSpec, Promotion } from '../kinds.ts';
import { passed, pending } from './verdict.ts';
import type { Evidence, Verdict } from './verdict.ts';

/** The environment before `name` in a pipeline; `undefined` for the first. */
export function previousEnvironment({ environments }: PipelineSpec, name: string): PipelineEnvironment | undefined {
  return environments[environments.findIndex((environment) => environment.name === name) - 1];
}

/** The release runs well in the environment before, was tested there, and has been there for long enough. */
export function previousGates(evidence: Evidence, previous: PipelineEnvironment): readonly Verdict[] {
  const { proposal, promotions, environment } = evidence;
  const there = promotions.findLast(
    ({ spec, status }) =>
      spec.environment === previous.name && spec.release === proposal.release && status?.phase === 'Deployed',
  );
  const gates = [runsThere(evidence, { previous, there })];
  if (previous.smokeTest !== undefined) gates.push(tested(previous, there));
  if (environment.soak !== undefined) gates.push(soaked(evidence, { soak: environment.soak, previous, there }));
  return gates;
}

interface Before {
  readonly previous: PipelineEnvironment;
  readonly there: Promotion | undefined;
}

function runsThere({ proposal, unproven }: Evidence, { previous, there }: Before): Verdict {
  const name = 'previous-environment';
  if (there === undefined) return pending(name, `${proposal.release} is not deployed in ${previous.name}`);
  if (unproven.length > 0) return pending(name, `${previous.name} does not run ${unproven.join(', ')} as main has it`);
  return passed(name, `${proposal.release} is deployed and healthy in ${previous.name}`);
}

function tested(previous: PipelineEnvironment, there: Promotion | undefined): Verdict {
  const smoke = there?.status?.gates.find((gate) => gate.name === 'smoke-test');
  const reason = smoke?.reason ?? `No smoke test has passed in ${previous.name}`;
  return smoke?.state === 'passed' ? passed('smoke-test', reason) : pending('smoke-test', reason);
}

function soaked({ now }: Evidence, { soak, previous, there }: Before & { readonly soak: string }): Verdict {
  const since = Date.parse(there?.status?.finishedAt ?? '');
  if (Number.isNaN(since)) return pending('soak', `Runs in ${previous.name} for ${soak} first`);
  const until = since + (parseDuration(soak) ?? Infinity);
  return now >= until
    ? passed('soak', `Has run in ${previous.name} for ${soak}`)
    : pending('soak', `Runs in ${previous.name} until ${formatTime(until)} first`);
}
