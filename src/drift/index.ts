/**
 * The drift guard: sees what is changed past Git, by whom and in which fields, and records when it was put right. Works
 * above any engine that tracks its objects as Argo CD does.
 * @module
 */
export { startDriftGuard } from './drift-guard.ts';
export type { DriftGuardOptions } from './drift-guard.ts';
