import type { Cell, Environment, OpenPromotion, Overview, Service } from '../../lib/contract.ts';

/** Where a service runs, and what is on its way there. */
export interface Stop {
  readonly environment: Environment;
  /** Absent where the service's pipeline does not go. */
  readonly cell: Cell | undefined;
  /** Open promotions into this environment. */
  readonly arriving: readonly OpenPromotion[];
}

/** One service's way through the environments, in the order of the board's columns. */
export function boardRow(service: Service, { environments, promotions }: Overview): readonly Stop[] {
  return environments.map((environment) => ({
    environment,
    cell: service.cells.find((cell) => cell.environment === environment.name),
    arriving: promotions.filter((open) => open.service === service.name && open.environment === environment.name),
  }));
}

/** Something that waits for the person who looks. */
export interface Decision {
  readonly promotion: string;
  readonly text: string;
}

/** What the person may decide right now, oldest first. */
export function decisionsOf({ promotions }: Overview): readonly Decision[] {
  return promotions.flatMap((open) => {
    const what = `${open.service} ${open.target.version}`;
    if (open.deploy?.allowed === true) return [{ promotion: open.name, text: `Deploy ${what} to ${open.environment}` }];
    if (open.approve?.allowed === true)
      return [{ promotion: open.name, text: `Approve ${what} for ${open.environment}` }];
    return [];
  });
}

/** How changes get into an environment, in a line. */
export function environmentRules({ ref, sync, approvals }: Environment): string {
  const approval =
    approvals === undefined
      ? 'merges by policy'
      : `${approvals.quorum} approval${approvals.quorum === 1 ? '' : 's'} by ${approvals.groups.join(' or ')}`;
  return [`follows ${ref}`, approval, ...(sync === 'manual' ? ['deployed by hand'] : [])].join(' · ');
}

/** True while something moves that will end by itself. */
export function isMoving({ health, syncing }: Pick<Cell, 'health' | 'syncing'>): boolean {
  return syncing || health === 'Progressing';
}

/** Whether a promotion still asks people for something. */
export function awaitsPeople({ phase }: Pick<OpenPromotion, 'phase'>): boolean {
  return phase === 'Waiting' || phase === 'AwaitingDeploy';
}
