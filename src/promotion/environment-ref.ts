import type { PipelineEnvironment } from './kinds.ts';

/** The full ref that an environment's Application follows. */
export function refOf({ ref }: Pick<PipelineEnvironment, 'ref'>): string {
  return ref.startsWith('refs/') ? ref : `refs/heads/${ref}`;
}
