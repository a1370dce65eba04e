import type { ArtefactVerdict } from '../../supply-chain/index.ts';
import type { ArtefactFindings } from '../artefacts.ts';
import { failed, passed, pending } from './verdict.ts';
import type { Verdict } from './verdict.ts';

const NAME = 'artefact';

/** Images are signed and attested as the policy asks; what cannot be found out keeps the environment shut. */
export function artefactGates(findings: ArtefactFindings | undefined): readonly Verdict[] {
  if (findings === undefined) return [];
  const { verdicts, fault } = findings;
  if (fault !== undefined) return [failed(NAME, fault)];
  const refused = verdicts.find(({ verified, enforced }) => enforced && !verified);
  if (refused !== undefined) return [refusal(refused)];
  return [passed(NAME, verdicts.map(wording).join('; '))];
}

function refusal({ checks, image }: ArtefactVerdict): Verdict {
  const check = checks.find(({ ok }) => !ok);
  const reason = `${image}: ${check?.check ?? 'policy'}: ${check?.reason ?? 'it is not verified'}`;
  // What is down comes back; what is wrong stays wrong.
  return check?.code === 'UNAVAILABLE' ? pending(NAME, reason) : failed(NAME, reason);
}

function wording({ verified, checks, source, from, checkedAt }: ArtefactVerdict): string {
  if (!verified) return `Not asked for here: ${checks.find(({ ok }) => !ok)?.reason ?? ''}`;
  const built =
    source === undefined ? '' : `, built from ${source.repository} ${source.ref} at ${source.commit.slice(0, 12)}`;
  const old = from === 'cache' ? ` (as seen at ${checkedAt}: the registry is down)` : '';
  const names = checks.filter(({ check }) => check === 'signature' || check === 'sbom').map(({ check }) => check);
  return `Verified: ${names.join(', ')}${built}${old}`;
}
