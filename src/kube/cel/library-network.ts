import type { Environment } from '@marcbachmann/cel-js';
import { AbsoluteUrl, parseUrl } from './absolute-url.ts';
import { addNamespace } from './namespace.ts';
import { Cidr, IpAddress, isGlobalUnicast, isWithin, parseCidr, parseIp, widthOf } from './network-address.ts';

const SYNC = { async: false };
const URL_TYPE = 'kubernetes.URL';
const IP = 'net.IP';
const CIDR = 'net.CIDR';

/** `url()`, `ip()` and `cidr()` with their methods. */
export function addNetwork(environment: Environment): void {
  addUrls(environment);
  addAddresses(environment);
  addRanges(environment);
}

function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(what);
  return value;
}

function addUrls(environment: Environment): void {
  const member = (name: string, of: (url: AbsoluteUrl) => unknown, type = 'string'): void => {
    environment.registerFunction(`${URL_TYPE}.${name}(): ${type}`, of, SYNC);
  };
  environment
    .registerType(URL_TYPE, AbsoluteUrl)
    .registerFunction(`url(string): ${URL_TYPE}`, (text: string) => required(parseUrl(text), 'URL parse error'), SYNC)
    .registerFunction('isURL(string): bool', (text: string) => parseUrl(text) !== undefined, SYNC)
    .registerOperator(`${URL_TYPE} == ${URL_TYPE}`, sameText);
  member('getScheme', (url) => url.scheme);
  member('getHost', (url) => url.host);
  member('getHostname', (url) => url.hostname);
  member('getPort', (url) => url.port);
  member('getEscapedPath', (url) => url.path);
  member('getQuery', (url) => url.parameters, 'map<string, list<string>>');
}

function sameText(one: IpAddress | Cidr | AbsoluteUrl, other: IpAddress | Cidr | AbsoluteUrl): boolean {
  return String(one) === String(other);
}

function ipOf(text: string): IpAddress {
  return required(parseIp(text), `IP Address ${JSON.stringify(text)} parse error`);
}

function cidrOf(text: string): Cidr {
  return required(parseCidr(text), 'network address parse error');
}

function addAddresses(environment: Environment): void {
  const ips = addNamespace(environment, 'ip');
  const question = (name: string, of: (ip: IpAddress) => boolean): void => {
    environment.registerFunction(`${IP}.${name}(): bool`, of, SYNC);
  };
  environment
    .registerType(IP, IpAddress)
    .registerFunction(`ip(string): ${IP}`, ipOf, SYNC)
    .registerFunction('isIP(string): bool', (text: string) => parseIp(text) !== undefined, SYNC)
    .registerFunction(
      `${ips}.isCanonical(string): bool`,
      (_ips: unknown, text: string) => String(ipOf(text)) === text,
      SYNC,
    )
    .registerFunction(`string(${IP}): string`, String, SYNC)
    .registerFunction(`${IP}.family(): int`, (ip: IpAddress) => BigInt(ip.family), SYNC)
    .registerOperator(`${IP} == ${IP}`, sameText);
  question('isUnspecified', (ip) => isWithin(ip, 'unspecified'));
  question('isLoopback', (ip) => isWithin(ip, 'loopback'));
  question('isLinkLocalMulticast', (ip) => isWithin(ip, 'linkLocalMulticast'));
  question('isLinkLocalUnicast', (ip) => isWithin(ip, 'linkLocalUnicast'));
  question('isGlobalUnicast', isGlobalUnicast);
}

function addRanges(environment: Environment): void {
  const containsIp = (range: Cidr, ip: IpAddress): boolean => range.contains(new Cidr(ip, widthOf(ip.family)));
  environment
    .registerType(CIDR, Cidr)
    .registerFunction(`cidr(string): ${CIDR}`, cidrOf, SYNC)
    .registerFunction('isCIDR(string): bool', (text: string) => parseCidr(text) !== undefined, SYNC)
    .registerFunction(`string(${CIDR}): string`, String, SYNC)
    .registerFunction(`${CIDR}.containsIP(${IP}): bool`, containsIp, SYNC)
    .registerFunction(
      `${CIDR}.containsIP(string): bool`,
      (range: Cidr, text: string) => containsIp(range, ipOf(text)),
      SYNC,
    )
    .registerFunction(`${CIDR}.containsCIDR(${CIDR}): bool`, (range: Cidr, other: Cidr) => range.contains(other), SYNC)
    .registerFunction(
      `${CIDR}.containsCIDR(string): bool`,
      (range: Cidr, text: string) => range.contains(cidrOf(text)),
      SYNC,
    )
    .registerFunction(`${CIDR}.ip(): ${IP}`, (range: Cidr) => range.ip, SYNC)
    .registerFunction(`${CIDR}.masked(): ${CIDR}`, (range: Cidr) => range.masked(), SYNC)
    .registerFunction(`${CIDR}.prefixLength(): int`, (range: Cidr) => BigInt(range.length), SYNC)
    .registerOperator(`${CIDR} == ${CIDR}`, sameText);
}
