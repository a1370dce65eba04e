/**
 * What a level-based controller is made of: work queue, informer, reconciler, manager.
 * @module
 */
export type { Informer, Reconciler, Request, Result } from './contract.ts';
