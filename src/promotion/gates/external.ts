import type { CommitStatus } from '../../forge/index.ts';
import { failed, passed, pending } from './verdict.ts';
import type { Evidence, Verdict } from './verdict.ts';

/** Prefix of the statuses that we set ourselves. */
export const OWN_STATUS = 'stoa-cd/';

/** What other tools say: commit statuses of the head, and Gate objects. Those that the pipeline names must be there. */
export function externalGates(evidence: Evidence): readonly Verdict[] {
  const said = [
    ...evidence.statuses.filter(({ name }) => !name.startsWith(OWN_STATUS)).map(ofStatus),
    ...ofObjects(evidence),
  ];
  const missing = (evidence.environment.gates ?? [])
    .filter((name) => !said.some((verdict) => verdict.name === name))
    .map((name) => pending(name, `Nobody has said how ${name} stands`));
  return [...said, ...missing];
}

function ofStatus({ name, state, description }: CommitStatus): Verdict {
  const reason = description ?? `The status is ${state}`;
  if (state === 'success') return passed(name, reason);
  return state === 'failed' || state === 'canceled' ? failed(name, reason) : pending(name, reason);
}

function ofObjects({ gates, proposal, environment }: Evidence): readonly Verdict[] {
  return gates
    .filter(({ spec }) => {
      const about = { service: proposal.service, release: proposal.release, environment: environment.name };
      return (['service', 'release', 'environment'] as const).every((key) => (spec[key] ?? about[key]) === about[key]);
    })
    .map(({ metadata, spec }) => ({ name: metadata.name ?? 'gate', state: spec.state, reason: spec.reason }));
}
