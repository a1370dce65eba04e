import type { Result } from '../../../controller/index.ts';
import type { Plan } from './plan.ts';

/** When a reconciler that has acted on `plan` wants to run again. */
export function resultOf({ requeueAfter }: Plan): Result | undefined {
  return requeueAfter === undefined ? undefined : { requeueAfter };
}
