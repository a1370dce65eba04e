import type { KubeObject } from '../kube/index.ts';

/** Names what to reconcile, nothing more: reconciliation is level-based. */
export interface Request {
  readonly namespace?: string;
  readonly name: string;
}

export interface Result {
  /** Reconcile the key again after this many milliseconds, even if nothing happens. */
  readonly requeueAfter?: number;
}

/**
 * Brings the world to what the object named by `request` asks for.
 *
 * - It reads the state itself; the request says only that something may have changed.
 * - It is idempotent, and never runs twice at the same time for the same key.
 * - Throwing puts the key back with exponential backoff, unless the error is a {@link TerminalError}.
 */
export interface Reconciler {
  reconcile(request: Request, signal: AbortSignal): Promise<Result | undefined>;
}

/** A store of the objects of one kind, kept up to date by list and watch. Objects are shared: never change them. */
export interface Informer extends AsyncDisposable {
  /** Resolves once the first list is in the store. */
  start(signal: AbortSignal): Promise<void>;
  readonly synced: boolean;
  get(request: Request): KubeObject | undefined;
  list(namespace?: string): readonly KubeObject[];
  /** `before` is absent for a new object, `after` for a deleted one. Returns the way to stop listening. */
  onChange(handler: (change: { readonly before?: KubeObject; readonly after?: KubeObject }) => void): Disposable;
}
