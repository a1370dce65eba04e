/**
 * What a level-based controller is made of: work queue, informer, reconciler, manager.
 * @module
 */
export { startController } from './controller.ts';
export { createInformer, withoutManagedFields } from './informer.ts';
export { createManager } from './manager.ts';
export { requestOf, storeKey } from './object-store.ts';
export { TerminalError } from './terminal-error.ts';
export { ownRequest, ownerRequest, watchInto } from './watch-into.ts';
export { createWorkQueue } from './work-queue.ts';
export type { Change, IndexedInformer, Informer, Reconciler, Request, Result } from './contract.ts';
export type { Controller, ControllerOptions } from './controller.ts';
export type { InformerOptions } from './informer.ts';
export type {
  ManagedControllerOptions,
  ManagedInformerOptions,
  Manager,
  ManagerOptions,
  WatchSource,
} from './manager.ts';
export type { WorkQueue, WorkQueueOptions } from './work-queue.ts';
