import type { Informer, Request } from '../controller/index.ts';
import { getPath, isApiError } from '../kube/index.ts';
import type { KubeClient, KubeObject } from '../kube/index.ts';
import type { JsonObject } from '../core/index.ts';
import { ANNOTATION } from './annotations.ts';
import { APPLICATION_GVK } from './application.ts';
import type { Application, ApplicationStatus, Operation } from './application.ts';
import { statusPatch } from './status.ts';
import { Written } from './written.ts';

/** What a reconciliation wants to be written of an Application. */
export interface ApplicationChange {
  readonly status: ApplicationStatus;
  /** Sets `operation`, or takes it away with `null`. */
  readonly operation?: Operation | null;
  /** The annotation that asked for this reconciliation is taken away. */
  readonly refreshed?: boolean;
  readonly finalizers?: readonly string[];
}

/** Applications as they are now: as the watch tells, or newer, as our own writes were answered. */
export class ApplicationStore {
  readonly #informer: Informer;
  readonly #hub: KubeClient;
  readonly #written = new Written();

  constructor(informer: Informer, hub: KubeClient) {
    this.#informer = informer;
    this.#hub = hub;
  }

  get(request: Request): KubeObject | undefined {
    const watched = this.#informer.get(request);
    const key = keyOf(request);
    if (watched === undefined) {
      this.#written.forget(key);
      return undefined;
    }
    return this.#written.newest(key, watched);
  }

  list(namespace?: string): readonly KubeObject[] {
    return this.#informer.list(namespace);
  }

  /**
   * Writes what is different, in one patch; nothing when nothing is.
   * @returns the Application as it is then; undefined when it is gone
   */
  async write(
    application: Application,
    change: ApplicationChange,
    signal: AbortSignal,
  ): Promise<KubeObject | undefined> {
    const body = bodyOf(application, change);
    if (Object.keys(body).length === 0) return this.get(application.metadata);
    const { name, namespace } = application.metadata;
    try {
      const key = { ...APPLICATION_GVK, name, namespace };
      const patched = await this.#hub.patch(key, { type: 'merge', body }, { signal });
      this.#written.note(keyOf({ namespace, name }), patched);
      return patched;
    } catch (error) {
      if (isApiError(error, 'NotFound')) return undefined;
      throw error;
    }
  }
}

function keyOf({ namespace, name }: Request): string {
  return `${namespace ?? ''}/${name}`;
}

function bodyOf(application: Application, change: ApplicationChange): JsonObject {
  const status = statusPatch(application.status, change.status);
  const metadata: JsonObject = {
    ...(change.refreshed === true ? { annotations: { [ANNOTATION.refresh]: null } } : {}),
    ...(change.finalizers === undefined ? {} : { finalizers: [...change.finalizers] }),
  };
  const clears = change.operation === null && application.operation === undefined;
  return {
    ...(status === undefined ? {} : { status }),
    ...(change.operation === undefined || clears
      ? {}
      : { operation: change.operation as unknown as JsonObject | null }),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
  };
}

/** Whether a change of an Application, as the watch tells it, is work: our own status writes are not. */
export function asksForWork(before: KubeObject | undefined, after: KubeObject): boolean {
  if (before === undefined) return true;
  if (!same(lastingMetadata(before), lastingMetadata(after)) || !same(before['spec'], after['spec'])) return true;
  const asked = after['operation'];
  return (asked !== undefined && !same(before['operation'], asked)) || (isTerminating(after) && !isTerminating(before));
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function lastingMetadata({ metadata }: KubeObject): unknown {
  // Applications have no status subresource, so a write of ours makes a new generation, too.
  const { resourceVersion: _version, generation: _generation, managedFields: _managedFields, ...lasting } = metadata;
  return lasting;
}

function isTerminating(object: KubeObject): boolean {
  return getPath(object, 'status', 'operationState', 'phase') === 'Terminating';
}
