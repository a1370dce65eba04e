import { parseDuration } from '../../core/index.ts';
import { passed, pending } from './verdict.ts';
import type { Evidence, Verdict } from './verdict.ts';

/** Enough people of the right groups, none of them involved, said yes to this very head not too long ago. */
export function approvalGate(evidence: Evidence): Verdict {
  const { quorum, groups } = evidence.environment.approvals ?? { quorum: 0, groups: [] };
  const counted = approversOf(evidence);
  if (counted.length >= quorum) return passed('approval', `Approved by ${counted.join(', ')}`);
  const who = groups.join(' or ');
  return pending('approval', `Needs ${quorum - counted.length} approval(s) by ${who}, not by its author`);
}

/** Those whose approval counts now. */
export function approversOf(evidence: Evidence): readonly string[] {
  const { environment, approvals, groups, mergeRequest, proposal, committers, now } = evidence;
  const { groups: allowed = [], expiresAfter } = environment.approvals ?? {};
  const lasts = expiresAfter === undefined ? Infinity : (parseDuration(expiresAfter) ?? 0);
  const involved = new Set([mergeRequest.author, proposal.requestedBy, ...committers]);
  return approvals
    .filter(({ sha, username, at }) => sha === mergeRequest.sha && !involved.has(username) && now - at < lasts)
    .filter(({ username }) => groups.get(username)?.some((group) => allowed.includes(group)) === true)
    .map(({ username }) => username);
}
