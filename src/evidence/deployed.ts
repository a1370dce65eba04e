import { DEPLOYMENT, ROLLBACK, deploymentFact, rollbackFact } from './facts.ts';
import type { DeploymentFact } from './facts.ts';
import { selectFacts } from './select-facts.ts';
import type { RecordedFact } from './select-facts.ts';
import type { LedgerRecord } from './statement.ts';

/**
 * How a deployment stands: `Current`: the last that was well in its place; `Superseded`: another one came after it;
 * `RolledBack`: it was taken back; `Failed`: it was never well.
 */
export type Standing = 'Current' | 'Superseded' | 'RolledBack' | 'Failed';

export interface StandingDeployment extends RecordedFact<DeploymentFact> {
  readonly standing: Standing;
}

/** Every deployment of the ledger and how it stands at the ledger's end. A place is a service's application in a cluster. */
export function deployments(records: readonly LedgerRecord[]): readonly StandingDeployment[] {
  const all = selectFacts(records, DEPLOYMENT, deploymentFact);
  const rollbacks = selectFacts(records, ROLLBACK, rollbackFact);
  const takenBack = ({ record, fact }: RecordedFact<DeploymentFact>): boolean =>
    rollbacks.some(
      (rollback) =>
        rollback.record.sequence > record.sequence &&
        rollback.fact.from === fact.release &&
        rollback.fact.service === fact.service &&
        rollback.fact.environment === fact.environment,
    );
  const seen = new Set<string>();
  const standing = (one: RecordedFact<DeploymentFact>): Standing => {
    if (one.fact.result === 'Failed') return 'Failed';
    if (takenBack(one)) return 'RolledBack';
    const place = JSON.stringify([one.fact.cluster, one.fact.application, one.fact.service]);
    if (seen.has(place)) return 'Superseded';
    seen.add(place);
    return 'Current';
  };
  return all
    .toReversed()
    .map((one) => ({ ...one, standing: standing(one) }))
    .reverse();
}
