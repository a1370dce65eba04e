import type { Call, Cluster, Operation } from '../cluster.ts';
import { invalid } from '../field-error.ts';
import type { ApiResponse } from '../http/exchange.ts';
import { badRequest, expired, notFound } from '../status.ts';
import type { Entry } from '../store/entry.ts';
import { listResponse, objectResponse } from './render.ts';
import { selectionOf } from './selection.ts';
import type { Selection } from './selection.ts';

/** @throws ApiError 404 */
export async function getObject(cluster: Cluster, call: Call): Promise<ApiResponse> {
  const { store } = cluster;
  const collection = store.collection(call.type.collection);
  store.requireReached(versionOf(call));
  const entry = await store.read(collection, () => collection.get(placeOf(call), call.info.name));
  if (entry === undefined) throw notFound(call.type, call.info.name);
  return objectResponse(cluster, call, { entry });
}

/** The namespace under which the call's objects are kept. */
export function placeOf(call: Operation): string {
  return call.type.namespaced ? call.info.namespace : '';
}

/** The `resourceVersion` parameter, 0 when it is missing. @throws ApiError 422 */
export function versionOf(call: Call): number {
  const text = call.params.get('resourceVersion') ?? '';
  if (text === '') return 0;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw invalid({ group: 'meta.k8s.io', version: 'v1', kind: 'ListOptions' }, '', [
    { type: 'FieldValueInvalid', field: 'resourceVersion', value: text, detail: 'must be a number' },
  ]);
}

interface Page {
  readonly limit: number;
  /** Where to go on: the version of the first page, and the last key of the page before. */
  readonly from?: { readonly version: number; readonly after: string };
  /** The state at exactly this version is asked for. */
  readonly exact?: number;
}

/** @throws ApiError 400, 410, 422, 504 */
export async function listObjects(cluster: Cluster, call: Call): Promise<ApiResponse> {
  const { store } = cluster;
  const selection = selectionOf(call);
  const page = pageOf(call);
  store.requireReached(versionOf(call));
  const collection = store.collection(call.type.collection);
  const list = await store.read(collection, () => {
    const version = page.from?.version ?? page.exact ?? Math.max(collection.lastVersion, store.resourceVersion);
    const entries = collection.entriesAt(version, selection.namespace);
    return { version, ...take(entries, selection, page) };
  });
  const more = list.next === undefined ? {} : moreOf(list, selection);
  return listResponse(cluster, call, {
    entries: list.entries,
    metadata: { resourceVersion: String(list.version), ...more },
  });
}

interface Taken {
  readonly entries: readonly Entry[];
  /** The last key of this page, when there are more. */
  readonly next: string | undefined;
  readonly remaining: number;
}

function take(all: Iterable<Entry>, selection: Selection, page: Page): Taken {
  const entries: Entry[] = [];
  let remaining = 0;
  const after = page.from?.after;
  for (const entry of all) {
    if (after !== undefined && keyOf(entry) <= after) continue;
    if (!selection.matches(entry)) continue;
    if (page.limit > 0 && entries.length === page.limit) {
      remaining++;
      if (!selection.everything) break;
    } else entries.push(entry);
  }
  const last = entries.at(-1);
  return { entries, remaining, next: remaining > 0 && last !== undefined ? keyOf(last) : undefined };
}

function moreOf(list: Taken & { readonly version: number }, selection: Selection): object {
  const token = { v: 'meta.k8s.io/v1', rv: list.version, start: `${list.next ?? ''}\0` };
  const encoded = Buffer.from(JSON.stringify(token)).toString('base64url');
  return { continue: encoded, ...(selection.everything ? { remainingItemCount: list.remaining } : {}) };
}

/** Sorts as the entries do: no name holds a character below `/` other than `-` and `.`. */
function keyOf(entry: Entry): string {
  return `${entry.namespace}\u0001${entry.name}`;
}

function pageOf(call: Call): Page {
  const limit = Number(call.params.get('limit') ?? '0');
  if (!Number.isSafeInteger(limit) || limit < 0) throw badRequest('limit must be a non-negative integer');
  const token = call.params.get('continue') ?? '';
  if (token !== '') return { limit, from: parseToken(token) };
  const match = call.params.get('resourceVersionMatch') ?? '';
  return match === 'Exact' ? { limit, exact: exactVersion(call) } : { limit };
}

function exactVersion(call: Call): number {
  const version = versionOf(call);
  if (version > 0) return version;
  throw badRequest('resourceVersionMatch is forbidden unless resourceVersion is provided');
}

function parseToken(token: string): { readonly version: number; readonly after: string } {
  const { v, rv, start } = tokenFields(token);
  if (v !== 'meta.k8s.io/v1' || typeof start !== 'string' || typeof rv !== 'number')
    throw badRequest('continue key is not valid: unrecognized encoding');
  if (rv <= 0) throw expired('The provided continue parameter is too old');
  return { version: rv, after: start.replace(/\0$/, '') };
}

function tokenFields(token: string): { readonly v?: unknown; readonly rv?: unknown; readonly start?: unknown } {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    throw badRequest('continue key is not valid: it is not base64 of JSON');
  }
}
