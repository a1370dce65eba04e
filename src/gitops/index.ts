/**
 * Argo CD's Application, AppProject and ApplicationSet on our own engine: renders what Git says, compares it with clusters, syncs,
 * prunes, heals, and writes the status that upstream writes.
 * @module
 */
export { resourceActions, runResourceAction } from './actions/resource-actions.ts';
export { startGitops } from './engine.ts';
export { argoCustomResourceDefinitions } from './custom-resource-definitions.ts';
export type { ActionEffect, ActionOffer, ActionRequest } from './actions/action.ts';
export type { ForgeRepository, ForgeSource, PullRequest } from './applicationset/generators/sources.ts';
export type { EngineWork, GitopsEngine, GitopsOptions } from './engine.ts';
export type {
  ApplicationCondition,
  ApplicationSource,
  ApplicationSpec,
  ApplicationStatus,
  HealthStatus,
  Operation,
  OperationState,
  ResourceStatus,
  RevisionHistory,
} from './application.ts';
