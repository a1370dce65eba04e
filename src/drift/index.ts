/**
 * The drift guard: sees what is changed past Git, by whom and in which fields, takes back what no engine does, tells of it, and
 * records when it was put right. Works above any engine that tracks its objects as Argo CD does.
 * @module
 */
export { embeddedAuditTrail } from './audit-trail.ts';
export { startDriftGuard } from './drift-guard.ts';
export { DRIFT_EVENT, parseDriftEvent } from './drift-record.ts';
export type { AuditTrail } from './audit-trail.ts';
export type { DriftGuard, DriftGuardOptions } from './drift-guard.ts';
export type { DriftRecord } from './drift-record.ts';
