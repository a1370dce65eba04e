import type { Case } from './case.ts';
import type { GateStatus, Promotion, PromotionStatus } from './kinds.ts';
import { isConfiguration } from './proposal.ts';

/** A promotion whose gates have passed, on its way into the environment. */
export interface Candidate extends Case {
  readonly status: PromotionStatus;
  /** What the environment shall run: the merge's commit, in need the branch itself. */
  readonly commit: string;
}

/** Somebody has to press Deploy for it, and nobody has. Going back waits for nobody. */
export function mustPress({ promotion, environment }: Pick<Case, 'promotion' | 'environment'>): boolean {
  const { deploy, rollbackOf: back, breakGlass } = promotion.spec;
  return environment.sync === 'manual' && deploy === undefined && back === undefined && breakGlass === undefined;
}

/** Whether it is newer and brings the same service in the same environment all that the older one would. */
export function takesPlaceOf(newer: Promotion, older: Promotion): boolean {
  const same = newer.spec.service === older.spec.service && newer.spec.environment === older.spec.environment;
  const all = !isConfiguration(newer.spec) || isConfiguration(older.spec);
  return same && all && newer.spec.mergeRequest.iid > older.spec.mergeRequest.iid;
}

/** The gates with one of them set; a gate that says what it said keeps its time. */
export function withGate(gates: readonly GateStatus[], gate: GateStatus): readonly GateStatus[] {
  const same = gates.find(
    ({ name, state, reason }) => name === gate.name && state === gate.state && reason === gate.reason,
  );
  return [...gates.filter(({ name }) => name !== gate.name), same ?? gate];
}
