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
 * - Throwing puts the key back with exponential backoff, unless the error is a `TerminalError`.
 */
export interface Reconciler {
  reconcile(request: Request, signal: AbortSignal): Promise<Result | undefined>;
}

/** `before` is absent for a new object, `after` for a deleted one. */
export interface Change {
  readonly before?: KubeObject;
  readonly after?: KubeObject;
}

/** A store of the objects of one kind, kept up to date by list and watch. Objects are shared: never change them. */
export interface Informer extends AsyncDisposable {
  /** Resolves once the first list is in the store. */
  start(signal: AbortSignal): Promise<void>;
  readonly synced: boolean;
  get(request: Request): KubeObject | undefined;
  list(namespace?: string): readonly KubeObject[];
  /** Tells every change from now on, once each, in order. Returns the way to stop listening. */
  onChange(handler: (change: Change) => void): Disposable;
}

/** An informer that can look objects up by more than their name, and be told about writes before the watch tells. */
export interface IndexedInformer extends Informer {
  /** Keeps an index called `name`: each object is found under every value that `values` gives for it. */
  index(name: string, values: (object: KubeObject) => readonly string[]): void;
  /** @throws RangeError when there is no index of that name */
  byIndex(name: string, value: string): readonly KubeObject[];
  /**
   * Takes in the answer to a write of our own, so that the next read sees it. Ignored when the store has already seen
   * that version or a later one, or when the server's versions are not numbers.
   */
  observe(object: KubeObject): void;
}
