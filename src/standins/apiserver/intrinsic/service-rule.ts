import { isJsonObject } from '../../../core/index.ts';
import type { JsonObject } from '../../../core/index.ts';
import { getPath } from '../../../kube/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import type { FieldError } from '../field-error.ts';
import type { KindRule } from '../ports.ts';
import type { Store } from '../store/store.ts';

const FIRST_IP = 0x0a_60_00_01; // 10.96.0.1
const LAST_IP = 0x0a_6f_ff_fe; // 10.111.255.254
const FIRST_PORT = 30_000;
const LAST_PORT = 32_767;
const NO_IP = 'None';

/** Gives services their addresses and node ports. */
export class ServiceRule implements KindRule {
  readonly #store: () => Store;

  constructor(store: () => Store) {
    this.#store = store;
  }

  default(service: KubeObject, old?: KubeObject): KubeObject {
    const spec = isJsonObject(service['spec']) ? service['spec'] : {};
    const before = isJsonObject(old?.['spec']) ? old['spec'] : {};
    service['spec'] = spec;
    spec['type'] ??= 'ClusterIP';
    if (spec['type'] === 'ExternalName') return service;
    this.#address(spec, before);
    this.#nodePorts(spec, before);
    return service;
  }

  validate(service: KubeObject, old?: KubeObject): readonly FieldError[] {
    const address = getPath(service, 'spec', 'clusterIP');
    const before = getPath(old, 'spec', 'clusterIP');
    if (typeof address !== 'string' || address === '' || address === NO_IP || address === before) return [];
    const uid = service.metadata.uid ?? '';
    if (!this.#services(uid).some((each) => each['clusterIP'] === address)) return [];
    const detail = `failed to allocate IP ${address}: provided IP is already allocated`;
    return [{ type: 'FieldValueInvalid', field: 'spec.clusterIPs', value: [address], detail }];
  }

  #address(spec: JsonObject, before: JsonObject): void {
    const given = spec['clusterIP'] ?? '';
    const live = before['clusterIP'] ?? '';
    const address = given !== '' ? given : live !== '' ? live : this.#freeAddress();
    spec['clusterIP'] = address;
    spec['clusterIPs'] = [address];
    spec['ipFamilies'] ??= before['ipFamilies'] ?? ['IPv4'];
    spec['ipFamilyPolicy'] ??= before['ipFamilyPolicy'] ?? 'SingleStack';
  }

  #nodePorts(spec: JsonObject, before: JsonObject): void {
    if (spec['type'] !== 'NodePort' && spec['type'] !== 'LoadBalancer') return;
    const ports = portsOf(spec);
    const live = portsOf(before);
    const taken = new Set(
      this.#services('')
        .flatMap(portsOf)
        .map((port) => port['nodePort']),
    );
    for (const port of ports) {
      if ((port['nodePort'] ?? 0) !== 0) continue;
      const same = live.find((each) => each['port'] === port['port'] && each['protocol'] === port['protocol']);
      port['nodePort'] = same?.['nodePort'] ?? free(taken, FIRST_PORT, LAST_PORT);
      taken.add(port['nodePort']);
    }
  }

  #freeAddress(): string {
    const taken = new Set(this.#services('').map((spec) => parseIp(spec['clusterIP'])));
    return formatIp(free(taken, FIRST_IP, LAST_IP));
  }

  /** The `spec` of every service but the one with this UID. */
  #services(except: string): readonly JsonObject[] {
    const entries = [...this.#store().collection('services').entries()];
    return entries
      .filter((entry) => entry.header.uid !== except)
      .map((entry) => entry.object()['spec'])
      .filter(isJsonObject);
  }
}

function portsOf(spec: JsonObject): readonly JsonObject[] {
  return Array.isArray(spec['ports']) ? spec['ports'].filter(isJsonObject) : [];
}

/** The first number that is not taken; ranges are larger than what fits into memory otherwise. */
function free(taken: ReadonlySet<unknown>, first: number, last: number): number {
  for (let candidate = first; candidate <= last; candidate++) {
    if (!taken.has(candidate)) return candidate;
  }
  return last;
}

function parseIp(text: unknown): number | undefined {
  const parts = typeof text === 'string' ? text.split('.').map(Number) : [];
  return parts.length === 4 ? parts.reduce((value, part) => value * 256 + part, 0) : undefined;
}

function formatIp(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}
