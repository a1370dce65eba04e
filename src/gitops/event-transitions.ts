import { isCompleted } from './application.ts';
import type { ApplicationStatus, OperationState } from './application.ts';
import type { ApplicationEvent } from './events.ts';

/** What is worth telling of a change of status. */
export function transitions(before: ApplicationStatus, after: ApplicationStatus): readonly ApplicationEvent[] {
  return [
    ...changed('sync status', before.sync?.status, after.sync?.status),
    ...changed('health status', before.health?.status, after.health?.status),
    ...operationEvents(before.operationState, after.operationState),
  ];
}

function changed(what: string, from = '', to = ''): readonly ApplicationEvent[] {
  return from === to ? [] : [{ reason: 'ResourceUpdated', message: `Updated ${what}: ${from} -> ${to}` }];
}

function operationEvents(
  before: OperationState | undefined,
  after: OperationState | undefined,
): readonly ApplicationEvent[] {
  if (after === undefined) return [];
  const known = before?.startedAt === after.startedAt ? before : undefined;
  if (isCompleted(after.phase)) return known?.phase === after.phase ? [] : [completed(after)];
  return known === undefined ? [started(after)] : [];
}

function revisionOf({ syncResult, operation }: OperationState): string {
  return syncResult?.revision ?? syncResult?.revisions?.join(',') ?? operation.sync?.revision ?? '';
}

function started(state: OperationState): ApplicationEvent {
  const { automated, username = '' } = state.operation.initiatedBy ?? {};
  const by = automated === true ? 'automated ' : username === '' ? '' : `${username}'s `;
  return { reason: 'OperationStarted', message: `Initiated ${by}sync to ${revisionOf(state)}` };
}

function completed(state: OperationState): ApplicationEvent {
  const sync = `Sync operation to ${revisionOf(state)}`;
  if (state.phase === 'Succeeded') return { reason: 'OperationCompleted', message: `${sync} succeeded` };
  return { reason: 'OperationCompleted', message: `${sync} failed: ${state.message ?? ''}`, type: 'Warning' };
}
