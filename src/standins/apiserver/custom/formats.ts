import { isIPv4, isIPv6 } from 'node:net';

/** By `format`: whether a text has it. A format that is not here is not checked, as on a real server. */
export const FORMATS: ReadonlyMap<string, (text: string) => boolean> = new Map<string, (text: string) => boolean>([
  ['byte', (text) => /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)],
  ['cidr', isCidr],
  ['date', (text) => /^\d{4}-\d\d-\d\d$/.test(text) && isDate(text)],
  ['date-time', (text) => DATE_TIME.test(text) && isDate(text.slice(0, 10))],
  [
    'duration',
    (text) =>
      /^[+-]?(?:0|(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h)(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h))*)$/.test(
        text,
      ),
  ],
  ['email', (text) => /^[^\s@]+@[^\s@]+$/.test(text)],
  ['hostname', (text) => text.length <= 253 && /^[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*\.?$/.test(text)],
  ['ipv4', isIPv4],
  ['ipv6', isIPv6],
  ['mac', (text) => /^(?:[\da-f]{2}[:-]){5}[\da-f]{2}$/i.test(text)],
  ['uri', (text) => URL.canParse(text)],
  ['uuid', (text) => /^[\da-f]{8}-?(?:[\da-f]{4}-?){3}[\da-f]{12}$/i.test(text)],
]);

const DATE_TIME = /^\d{4}-\d\d-\d\d[Tt ](?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:[Zz]|[+-]\d\d:?\d\d)$/;

function isDate(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

function isCidr(text: string): boolean {
  const [address = '', bits = '', more] = text.split('/');
  if (more !== undefined || !/^\d{1,3}$/.test(bits)) return false;
  return (isIPv4(address) && Number(bits) <= 32) || (isIPv6(address) && Number(bits) <= 128);
}
