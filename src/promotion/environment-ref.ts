import type { PipelineEnvironment } from './kinds.ts';

/** The full ref that an environment's Application follows. */
export function refOf({ ref }: Pick<PipelineEnvironment, 'ref'>): string {
  return ref.startsWith('refs/') ? ref : `refs/heads/${ref}`;
}

/** Whether only the gate gives it anything. */
export function isProtected(environment: Pick<PipelineEnvironment, 'ref'>): boolean {
  return refOf(environment) !== 'refs/heads/main';
}
