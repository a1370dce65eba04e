import { getPath } from '../object.ts';

/** From best to worst: Healthy, Suspended, Progressing, Missing, Degraded, Unknown. */
export type HealthStatusCode = 'Healthy' | 'Progressing' | 'Degraded' | 'Suspended' | 'Missing' | 'Unknown';

export interface HealthStatus {
  readonly status: HealthStatusCode;
  readonly message?: string;
  /** How the object counts in the health of what it belongs to. @default `status` */
  readonly aggregateAs?: HealthStatusCode;
}

/** Assesses one object. */
export type HealthCheck = (object: unknown) => HealthStatus;

export function health(status: HealthStatusCode, message?: string): HealthStatus {
  return message === undefined || message === '' ? { status } : { status, message };
}

export function textAt(value: unknown, ...path: readonly (string | number)[]): string {
  const found = getPath(value, ...path);
  return typeof found === 'string' ? found : '';
}

/** The number at a path; 0 where it is missing, as Go reads it. */
export function numberAt(value: unknown, ...path: readonly (string | number)[]): number {
  return optionalNumberAt(value, ...path) ?? 0;
}

export function optionalNumberAt(value: unknown, ...path: readonly (string | number)[]): number | undefined {
  const found = getPath(value, ...path);
  return typeof found === 'number' ? found : undefined;
}

export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = getPath(value, ...path);
  return Array.isArray(found) ? found : [];
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

export function toCondition(value: unknown): Condition {
  const member = (name: string): string => textAt(value, name);
  return { type: member('type'), status: member('status'), reason: member('reason'), message: member('message') };
}

/** `status.conditions` of an object. */
export function conditionsOf(object: unknown): readonly Condition[] {
  return listAt(object, 'status', 'conditions').map(toCondition);
}
