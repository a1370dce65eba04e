import type { Reconciler, Request } from '../../../controller/index.ts';
import { act } from './cluster.ts';
import type { Actor, Cluster } from './cluster.ts';
import type { Plan } from './plan.ts';
import { resultOf } from './result.ts';

/** A reconciler that has nothing to do but plan from the stores, and act. */
export function planner(cluster: Cluster, actor: Actor, plan: (request: Request) => Plan | undefined): Reconciler {
  return {
    async reconcile(request, signal) {
      const planned = plan(request);
      if (planned === undefined) return undefined;
      await act(cluster, planned, { ...actor, signal });
      return resultOf(planned);
    },
  };
}
