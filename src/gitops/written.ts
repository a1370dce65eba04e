import type { KubeObject } from '../kube/index.ts';

/** Objects as the API server answered our own writes, for as long as the watch has not told of them. */
export class Written {
  readonly #objects = new Map<string, KubeObject>();

  note(key: string, object: KubeObject): void {
    const known = this.#objects.get(key);
    if (known === undefined || version(known) <= version(object)) this.#objects.set(key, object);
  }

  /** The newer of what the watch told and what was answered to us. */
  newest(key: string, watched: KubeObject | undefined): KubeObject | undefined {
    const own = this.#objects.get(key);
    if (own === undefined) return watched;
    if (watched !== undefined && version(watched) >= version(own)) {
      this.#objects.delete(key);
      return watched;
    }
    return own;
  }

  /** The watch has told of the object, or of its end. */
  seen(key: string, watched: KubeObject): void {
    const own = this.#objects.get(key);
    if (own !== undefined && version(watched) >= version(own)) this.#objects.delete(key);
  }

  forget(key: string): void {
    this.#objects.delete(key);
  }
}

/** Versions of one cluster can be compared; text that is no number is as old as can be. */
function version(object: KubeObject): number {
  const parsed = Number(object.metadata.resourceVersion);
  return Number.isFinite(parsed) ? parsed : 0;
}
