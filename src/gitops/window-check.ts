import type { Application, Operation } from './application.ts';
import type { AppProject, ClusterRef } from './app-project.ts';
import { canSync, matchingWindows } from './sync-windows.ts';

export interface WindowCheck {
  readonly application: Application;
  readonly project: AppProject;
  readonly cluster: ClusterRef;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Whether the project's windows let the operation run. A heal is let through always: it changes nothing but back to what
 * was let through before.
 * @throws InvalidApplicationError when a window cannot be read
 */
export function isWindowOpen(operation: Operation, check: WindowCheck, startedAt?: number): boolean {
  if (operation.sync?.selfHealAttemptsCount !== undefined) return true;
  const { application, project, cluster, now } = check;
  const windows = matchingWindows(project.spec.syncWindows ?? [], {
    application: application.metadata.name,
    namespace: application.spec.destination.namespace ?? '',
    cluster,
  });
  const manual = operation.initiatedBy?.automated !== true;
  return canSync(windows, { now, manual, ...(startedAt === undefined ? {} : { startedAt }) });
}
