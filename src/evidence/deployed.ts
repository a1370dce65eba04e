import { ADOPTION, DEPLOYMENT, ROLLBACK, adoptionSchema, deploymentFact, rollbackFact } from './facts.ts';
import type { AdoptionFact, DeploymentFact } from './facts.ts';
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
    const place = placeOf(one.fact);
    if (seen.has(place)) return 'Superseded';
    seen.add(place);
    return 'Current';
  };
  return all
    .toReversed()
    .map((one) => ({ ...one, standing: standing(one) }))
    .reverse();
}

export interface StandingAdoption extends RecordedFact<AdoptionFact> {
  readonly standing: Extract<Standing, 'Current' | 'Superseded'>;
}

/** What was taken over as it ran; it stands until something was deployed well in its place. */
export function adoptions(records: readonly LedgerRecord[]): readonly StandingAdoption[] {
  const places = new Set(
    selectFacts(records, DEPLOYMENT, deploymentFact)
      .filter(({ fact }) => fact.result === 'Deployed')
      .map(({ fact }) => placeOf(fact)),
  );
  return selectFacts(records, ADOPTION, adoptionSchema).map((one) => ({
    ...one,
    standing: places.has(placeOf(one.fact)) ? 'Superseded' : 'Current',
  }));
}

function placeOf({ cluster, application, service }: Pick<AdoptionFact, 'cluster' | 'application' | 'service'>): string {
  return JSON.stringify([cluster, application, service]);
}
