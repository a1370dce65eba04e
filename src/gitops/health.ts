import type { HealthStatus, HealthStatusCode } from './application.ts';

/** From best to worst. */
const ORDER: readonly HealthStatusCode[] = ['Healthy', 'Suspended', 'Progressing', 'Missing', 'Degraded', 'Unknown'];

export function isWorse(candidate: HealthStatusCode, than: HealthStatusCode): boolean {
  return ORDER.indexOf(candidate) > ORDER.indexOf(than);
}

/** One object's part in the health of its Application. */
export interface HealthContribution {
  readonly health?: HealthStatus;
}

/** The worst of its objects; an Application without any is healthy. */
export function aggregateHealth(parts: readonly HealthContribution[]): HealthStatusCode {
  let worst: HealthStatusCode = 'Healthy';
  for (const { health } of parts) {
    if (health !== undefined && isWorse(health.status, worst)) worst = health.status;
  }
  return worst;
}
