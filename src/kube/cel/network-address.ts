import { isIP } from 'node:net';

/** An address, as `ip()` reads it. */
export class IpAddress {
  readonly family: 4 | 6;
  readonly bits: bigint;

  constructor(family: 4 | 6, bits: bigint) {
    this.family = family;
    this.bits = bits;
  }

  /** The one form that RFC 5952 has for it. */
  toString(): string {
    if (this.family === 4) return [24n, 16n, 8n, 0n].map((shift) => String((this.bits >> shift) & 0xffn)).join('.');
    const groups = Array.from({ length: 8 }, (_none, index) => (this.bits >> BigInt(112 - index * 16)) & 0xffffn);
    const full = groups.map((group) => group.toString(16)).join(':');
    return new URL(`http://[${full}]/`).hostname.slice(1, -1);
  }

  /** The highest `length` bits as a number. */
  prefix(length: number): bigint {
    return this.bits >> BigInt(widthOf(this.family) - length);
  }
}

export function widthOf(family: 4 | 6): number {
  return family === 4 ? 32 : 128;
}

/** `undefined` for what is no address, has a zone, or is an IPv4 address within an IPv6 one. */
export function parseIp(text: string): IpAddress | undefined {
  const family = isIP(text);
  if (family === 4) return new IpAddress(4, bitsOf(text.split('.'), 10, 8n));
  if (family !== 6 || text.includes('%') || text.includes('.')) return undefined;
  const [head = '', tail] = text.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: 8 - front.length - back.length }, () => '0');
  return new IpAddress(6, bitsOf([...front, ...zeros, ...back], 16, 16n));
}

function bitsOf(groups: readonly string[], radix: number, width: bigint): bigint {
  return groups.reduce((bits, group) => (bits << width) | BigInt(Number.parseInt(group, radix)), 0n);
}

/** A range of addresses, as `cidr()` reads it. */
export class Cidr {
  readonly ip: IpAddress;
  readonly length: number;

  constructor(ip: IpAddress, length: number) {
    this.ip = ip;
    this.length = length;
  }

  toString(): string {
    return `${String(this.ip)}/${this.length}`;
  }

  contains(other: Cidr): boolean {
    if (other.ip.family !== this.ip.family || other.length < this.length) return false;
    return other.ip.prefix(this.length) === this.ip.prefix(this.length);
  }

  masked(): Cidr {
    const rest = BigInt(widthOf(this.ip.family) - this.length);
    return new Cidr(new IpAddress(this.ip.family, (this.ip.bits >> rest) << rest), this.length);
  }
}

export function parseCidr(text: string): Cidr | undefined {
  const [, address = '', length = ''] = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text) ?? [];
  const ip = parseIp(address);
  if (ip === undefined || Number(length) > widthOf(ip.family)) return undefined;
  return new Cidr(ip, Number(length));
}

function within(ip: IpAddress, ...ranges: readonly string[]): boolean {
  return ranges.some((range) => parseCidr(range)?.contains(new Cidr(ip, widthOf(ip.family))) === true);
}

/** The addresses of each kind. */
const RANGES = {
  unspecified: ['0.0.0.0/32', '::/128'],
  loopback: ['127.0.0.0/8', '::1/128'],
  multicast: ['224.0.0.0/4', 'ff00::/8'],
  linkLocalMulticast: [
    '224.0.0.0/24',
    ...Array.from({ length: 16 }, (_none, flags) => `ff${flags.toString(16)}2::/16`),
  ],
  linkLocalUnicast: ['169.254.0.0/16', 'fe80::/10'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export function isWithin(ip: IpAddress, range: keyof typeof RANGES): boolean {
  return within(ip, ...RANGES[range]);
}

export function isGlobalUnicast(ip: IpAddress): boolean {
  const others = ['unspecified', 'loopback', 'multicast', 'linkLocalUnicast'] as const;
  return !within(ip, '255.255.255.255/32') && !others.some((range) => isWithin(ip, range));
}
