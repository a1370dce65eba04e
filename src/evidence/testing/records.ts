import type { JsonObject } from '../../core/index.ts';
import { DEPLOYMENT, DRIFT, ROLLBACK } from '../facts.ts';
import type { DeploymentFact, DriftFact, RollbackFact } from '../facts.ts';
import type { Fact, LedgerRecord } from '../statement.ts';

/** A digest that is easily told from others. */
export function digest(letter: string): string {
  return `sha256:${letter.repeat(64)}`;
}

/** `HH:MM` or `HH:MM:SS` of one day in winter, UTC. */
export function at(time: string): string {
  return new Date(`2026-01-15T${time}Z`).toISOString();
}

/** Records as they stand in a ledger, in the order given. */
export function asRecords(facts: readonly Fact[]): readonly LedgerRecord[] {
  return facts.map((fact, index) => ({
    ...fact,
    ...{ sequence: index + 1, previous: '', hash: `hash-${index + 1}`, at: Date.UTC(2026, 0, 15, 12, 0, index) },
  }));
}

/** A deployment to production that went well, but for `change`. */
export function deployment(change: Partial<DeploymentFact> = {}): Fact {
  const fact: DeploymentFact = {
    ...{
      service: 'gateway',
      release: 'r1',
      environment: 'prod',
      last: true,
      cluster: 'prod',
      application: 'gateway-prod',
    },
    result: 'Deployed',
    images: [{ name: 'gateway', repository: 'registry.example.com/stoa/gateway', tag: '1', digest: digest('a') }],
    ...{ commit: 'c0ffee1'.padEnd(40, '0'), author: 'alice', committedAt: at('09:00') },
    ...{ mergeRequest: 'https://git.example.com/stoa/stoa-envs/-/merge_requests/1', requestedBy: 'alice' },
    ...{ approvers: ['bob'], mergedBy: 'stoa-cd', deployedBy: 'carol', approvedCommit: 'd'.repeat(40) },
    gates: [{ name: 'approval', state: 'passed', reason: '1 of 1', at: at('09:02') }],
    ...{ openedAt: at('09:01'), mergedAt: at('09:02'), deployedAt: at('09:03'), finishedAt: at('09:10') },
    ...change,
  };
  const { environment, release, finishedAt } = fact;
  return made(`deployment/${environment}-${release}-${finishedAt}`, DEPLOYMENT, fact);
}

/** A rollback of r2 to r1 that went well by itself, but for `change`. */
export function rollback(change: Partial<RollbackFact> = {}): Fact {
  const fact: RollbackFact = {
    ...{ service: 'gateway', environment: 'prod', from: 'r2', to: 'r1', reason: 'Degraded', mergeRequest: 'm' },
    ...{ automatic: true, succeeded: true },
    ...{ startedAt: at('10:00'), detectedAt: at('10:01'), recoveredAt: at('10:02'), ...change },
  };
  return made(`rollback/${fact.environment}-${fact.recoveredAt}`, ROLLBACK, fact);
}

/** Drift in production, there since 10:00. */
export function drift(healedAt: string): Fact {
  const fact: DriftFact = {
    ...{ environment: 'prod', application: 'gateway-prod', object: 'Deployment/gateway', fields: ['spec.replicas'] },
    ...{ actor: 'kubectl-edit', since: at('10:00'), healedAt },
  };
  return made(`drift/${healedAt}`, DRIFT, fact);
}

function made(id: string, predicateType: string, fact: object): Fact {
  return { id, predicateType, subject: [], predicate: fact as JsonObject };
}
