import { formatTime } from '../../../core/index.ts';
import type { Request } from '../../../controller/index.ts';
import { uidOf } from '../model/meta.ts';
import type { Pod, PodStatus } from '../model/pod.ts';

interface Memory {
  readonly uid: string;
  readonly moments: Map<string, number>;
  terminatingSince?: number;
}

/**
 * What kubelet knows of its Pods beyond the API: times to the millisecond, where the API has whole seconds. After a
 * restart it starts from the API's.
 */
export class PodMemory {
  readonly #pods = new Map<string, Memory>();

  at(pod: Pod, owner: string, time: string): number {
    return this.#of(pod).moments.get(`${owner} ${time}`) ?? Date.parse(time);
  }

  /** Notes the exact moment of what `status` changes. */
  noteChanges(pod: Pod, status: PodStatus, now: number): void {
    const { moments } = this.#of(pod);
    const time = formatTime(now);
    if (pod.status?.startTime === undefined) moments.set(` ${time}`, now);
    const before = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
    const after = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
    for (const container of after) {
      if (!before.includes(container)) moments.set(`${container.name} ${time}`, now);
    }
  }

  terminatingSince(pod: Pod): number | undefined {
    return this.#of(pod).terminatingSince;
  }

  noteTerminating(pod: Pod, now: number): void {
    this.#of(pod).terminatingSince ??= now;
  }

  forget(request: Request): void {
    this.#pods.delete(`${request.namespace ?? ''}/${request.name}`);
  }

  #of(pod: Pod): Memory {
    const key = `${pod.metadata.namespace ?? ''}/${pod.metadata.name ?? ''}`;
    const known = this.#pods.get(key);
    if (known?.uid === uidOf(pod)) return known;
    const memory: Memory = { uid: uidOf(pod), moments: new Map() };
    this.#pods.set(key, memory);
    return memory;
  }
}
