import type { JsonValue } from '../core/index.ts';
import type { ApiResource, GroupVersionKind, KubeList, KubeObject, ObjectKey } from './object.ts';

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface ListOptions extends CallOptions {
  /** All namespaces when absent. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface WatchOptions extends ListOptions {
  /** Replays everything after this version. */
  readonly resourceVersion: string;
}

export type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';

export interface WatchEvent {
  readonly type: WatchEventType;
  readonly object: KubeObject;
}

export interface WriteOptions extends CallOptions {
  /** Validates and runs admission without storing. @default false */
  readonly dryRun?: boolean;
  /** Names the writer in `managedFields`. @default the client's own */
  readonly fieldManager?: string;
  /** `status`, `scale`, … @default the main object */
  readonly subresource?: string;
}

export interface ApplyOptions extends WriteOptions {
  /** Takes fields from other appliers on conflict. @default false */
  readonly force?: boolean;
}

export interface DeleteOptions extends CallOptions {
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  readonly gracePeriodSeconds?: number;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: boolean;
}

/** What kinds a cluster serves. */
export interface Discovery {
  /** @throws ApiError `NotFound` when the cluster does not serve the kind */
  resourceFor(gvk: GroupVersionKind, options?: CallOptions): Promise<ApiResource>;
  /** Every kind with list and watch, preferred versions only. */
  resources(options?: CallOptions): Promise<readonly ApiResource[]>;
  /** Forgets what was learnt, for instance because a CustomResourceDefinition changed. */
  invalidate(): void;
}

export interface Reader {
  /** `undefined` when there is no such object. @throws ApiError */
  get(key: ObjectKey, options?: CallOptions): Promise<KubeObject | undefined>;
  /** All pages, as one list. @throws ApiError */
  list(gvk: GroupVersionKind, options?: ListOptions): Promise<KubeList>;
  /**
   * Events until the server ends the stream or `signal` aborts (then it returns without an error).
   * @throws ApiError `Expired` (410) when the version is too old: list again
   */
  watch(gvk: GroupVersionKind, options: WatchOptions): AsyncIterable<WatchEvent>;
}

export type PatchType = 'json' | 'merge' | 'strategic';

export interface Writer {
  create(object: KubeObject, options?: WriteOptions): Promise<KubeObject>;
  /** Optimistic: `metadata.resourceVersion`, when set, must be the live one. @throws ApiError `Conflict` */
  update(object: KubeObject, options?: WriteOptions): Promise<KubeObject>;
  patch(
    key: ObjectKey,
    patch: { readonly type: PatchType; readonly body: JsonValue },
    options?: WriteOptions,
  ): Promise<KubeObject>;
  /** Server-side apply. @throws ApiError `Conflict` with causes `FieldManagerConflict` unless `force` */
  apply(object: KubeObject, options?: ApplyOptions): Promise<KubeObject>;
  /** Resolves also when the object is already gone. */
  delete(key: ObjectKey, options?: DeleteOptions): Promise<void>;
}

/** One cluster, seen through the Kubernetes API. */
export interface KubeClient extends Reader, Writer {
  readonly discovery: Discovery;
  /** The API server's URL. */
  readonly server: string;
}
