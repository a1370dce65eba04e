import type { Change, Informer, Request } from './contract.ts';
import { requestOf } from './object-store.ts';

/** The object itself. */
export function ownRequest(change: Change): readonly Request[] {
  const object = change.after ?? change.before;
  return object === undefined ? [] : [requestOf(object)];
}

/** The controller of the object (`ownerReferences`) when it is of `kind`, before and after the change. */
export function ownerRequest(kind: string): (change: Change) => readonly Request[] {
  return ({ before, after }) => {
    const requests = new Map<string, Request>();
    for (const object of [before, after]) {
      const owner = object?.metadata.ownerReferences?.find((reference) => reference.controller === true);
      if (owner?.kind !== kind) continue;
      const { namespace } = object?.metadata ?? {};
      requests.set(owner.name, namespace === undefined ? { name: owner.name } : { namespace, name: owner.name });
    }
    return [...requests.values()];
  };
}

/**
 * Enqueues what `map` makes of each change, and of each object that is in the store already.
 * @default map {@link ownRequest}
 */
export function watchInto(
  informer: Informer,
  controller: { enqueue(request: Request): void },
  map: (change: Change) => readonly Request[] = ownRequest,
): Disposable {
  const enqueue = (change: Change): void => {
    for (const request of map(change)) controller.enqueue(request);
  };
  for (const after of informer.list()) enqueue({ after });
  return informer.onChange(enqueue);
}
