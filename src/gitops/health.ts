import type { HealthStatus, HealthStatusCode } from './application.ts';
import { ARGO_GROUP } from './application.ts';

/** From best to worst. */
const ORDER: readonly HealthStatusCode[] = ['Healthy', 'Suspended', 'Progressing', 'Missing', 'Degraded', 'Unknown'];

export function isWorse(candidate: HealthStatusCode, than: HealthStatusCode): boolean {
  return ORDER.indexOf(candidate) > ORDER.indexOf(than);
}

/** One object's part in the health of its Application. */
export interface HealthContribution {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly health?: HealthStatus;
}

/** The worst of its objects and which these are; an Application without any is healthy. */
export function aggregateHealth(parts: readonly HealthContribution[]): HealthStatus {
  const counted = parts.flatMap((part) =>
    part.health !== undefined && counts(part) ? [{ ...part, health: part.health }] : [],
  );
  const status = counted.reduce<HealthStatusCode>(
    (worst, { health }) => (isWorse(health.status, worst) ? health.status : worst),
    'Healthy',
  );
  if (status === 'Healthy') return { status };
  const causes = counted.filter(({ health }) => health.status === status).map(describe);
  return { status, message: `Caused by ${causes.join(', ')}` };
}

/** That an object is missing is for the sync status to say; what a child Application cannot tell says nothing of its parent. */
function counts({ group, kind, health }: HealthContribution): boolean {
  if (health?.status === 'Missing') return false;
  return !(group === ARGO_GROUP && kind === 'Application' && health?.status === 'Unknown');
}

function describe({ group, kind, namespace, name }: HealthContribution): string {
  return `${group === '' ? '' : `${group}/`}${kind}:${namespace === '' ? '' : `${namespace}/`}${name}`;
}
