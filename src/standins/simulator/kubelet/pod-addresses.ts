import { createHash } from 'node:crypto';
import type { Cluster } from '../cluster/cluster.ts';
import { uidOf } from '../model/meta.ts';
import type { Pod } from '../model/pod.ts';
import { NODE_IP } from './node-identity.ts';

const ADDRESSES = 65_000;

/** Gives every Pod an address of 10.244.0.0/16 that no other Pod has. */
export class PodAddresses {
  readonly #cluster: Cluster;
  /** Given out, and perhaps not in the API yet. */
  readonly #given = new Map<string, string>();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  of(pod: Pod): string {
    if (pod.spec.hostNetwork === true) return NODE_IP;
    if (pod.status?.podIP !== undefined) {
      this.#given.delete(pod.status.podIP);
      return pod.status.podIP;
    }
    const uid = uidOf(pod);
    let number = createHash('sha256').update(uid).digest().readUInt32BE(0) % ADDRESSES;
    while (!this.#isFree(address(number), uid)) number = (number + 1) % ADDRESSES;
    this.#given.set(address(number), uid);
    return address(number);
  }

  #isFree(ip: string, uid: string): boolean {
    const holder = this.#given.get(ip);
    if (holder !== undefined && holder !== uid) return false;
    return this.#cluster.stores.podsAt(ip).every((pod) => uidOf(pod) === uid);
  }
}

function address(number: number): string {
  return `10.244.${Math.floor(number / 254)}.${(number % 254) + 1}`;
}
