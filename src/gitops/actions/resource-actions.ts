import { gvkOf } from '../../kube/index.ts';
import type { KubeObject } from '../../kube/index.ts';
import { ActionError } from './action.ts';
import type { ActionDefinition, ActionEffect, ActionOffer, ActionRequest } from './action.ts';
import { DELIVERY_ACTIONS } from './delivery-actions.ts';
import { PIPELINE_ACTIONS } from './pipeline-actions.ts';
import { WORKLOAD_ACTIONS } from './workload-actions.ts';

const ACTIONS = new Map(
  [WORKLOAD_ACTIONS, DELIVERY_ACTIONS, PIPELINE_ACTIONS].flatMap((table) => Object.entries(table)),
);

function definitionsFor(object: KubeObject): readonly ActionDefinition[] {
  const { group, kind } = gvkOf(object);
  const found = ACTIONS.get(`${group}/${kind}`) ?? [];
  return found.filter(({ offered }) => offered?.(object) ?? true);
}

/** What can be done with an object, as Argo CD offers it; disabled what makes no sense in its state. */
export function resourceActions(object: KubeObject): readonly ActionOffer[] {
  return definitionsFor(object).map(({ name, displayName, iconClass, params, disabled }) => ({
    name,
    disabled: disabled?.(object) ?? false,
    ...(displayName === undefined ? {} : { displayName }),
    ...(iconClass === undefined ? {} : { iconClass }),
    ...(params === undefined ? {} : { params }),
  }));
}

/**
 * What an action changes or creates; nothing is written.
 * @throws {ActionError} for a kind without the action, or parameters that it cannot take
 */
export function runResourceAction(object: KubeObject, request: ActionRequest): readonly ActionEffect[] {
  const { group, kind } = gvkOf(object);
  const found = (ACTIONS.get(`${group}/${kind}`) ?? []).find(({ name }) => name === request.name);
  if (found === undefined) throw new ActionError(`Cannot run action on ${group}/${kind}: ${request.name}`);
  return [{ operation: found.operation ?? 'patch', object: found.run(object, request) }];
}
