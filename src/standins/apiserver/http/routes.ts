import type { Call, Cluster } from '../cluster.ts';
import { createObject } from '../registry/create.ts';
import { deleteCollection, deleteObject } from '../registry/delete.ts';
import { patchObject } from '../registry/patch.ts';
import { getObject, listObjects } from '../registry/read.ts';
import { updateObject } from '../registry/update.ts';
import { watchObjects } from '../registry/watch.ts';
import { bindPod } from '../subresources/binding.ts';
import { evict } from '../subresources/eviction.ts';
import { finalizeNamespace } from '../subresources/finalize.ts';
import { appendLog, getLog } from '../subresources/log.ts';
import { requestToken } from '../subresources/token.ts';
import { getScale, patchScale, updateScale } from '../subresources/scale.ts';
import type { ApiResponse } from './exchange.ts';

export type Route = (cluster: Cluster, call: Call) => Promise<ApiResponse>;

/** By verb: what the main endpoint of a resource does. */
export const MAIN_ROUTES: ReadonlyMap<string, Route> = new Map<string, Route>([
  ['get', getObject],
  ['list', listObjects],
  ['watch', watchObjects],
  ['create', createObject],
  ['update', updateObject],
  ['patch', patchObject],
  ['delete', deleteObject],
  ['deletecollection', deleteCollection],
]);

/** By subresource and verb, for instance `status get`. */
export const SUBRESOURCE_ROUTES: ReadonlyMap<string, Route> = new Map<string, Route>([
  ['status get', getObject],
  ['status update', updateObject],
  ['status patch', patchObject],
  ['scale get', getScale],
  ['scale update', updateScale],
  ['scale patch', patchScale],
  ['log get', getLog],
  ['stoa-log create', appendLog],
  ['eviction create', evict],
  ['binding create', bindPod],
  ['finalize update', finalizeNamespace],
  ['token create', requestToken],
]);
