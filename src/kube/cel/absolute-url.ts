/** A URL or an absolute path, as `url()` reads it: nothing is normalised. */
export class AbsoluteUrl {
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;

  constructor(parts: {
    readonly scheme: string;
    readonly host: string;
    readonly path: string;
    readonly query: string;
  }) {
    this.scheme = parts.scheme;
    this.host = parts.host;
    this.path = parts.path;
    this.query = parts.query;
  }

  get hostname(): string {
    return this.host.replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1');
  }

  get port(): string {
    return /:(\d*)$/.exec(this.host)?.[1] ?? '';
  }

  get parameters(): ReadonlyMap<string, string[]> {
    const parameters = new Map<string, string[]>();
    for (const [name, value] of new URLSearchParams(this.query))
      parameters.set(name, [...(parameters.get(name) ?? []), value]);
    return parameters;
  }

  toString(): string {
    const authority = this.host === '' ? '' : `//${this.host}`;
    return `${this.scheme === '' ? '' : `${this.scheme}:`}${authority}${this.path}${this.query === '' ? '' : `?${this.query}`}`;
  }
}

const PARTS = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/(?:[^/?@]*@)?([^/?]*))?(\/[^?]*)?(?:\?(.*))?$/;
const HOST = /^(?:\[[0-9a-fA-F:.%]+\]|[^[\]:]*)(?::\d*)?$/;
// eslint-disable-next-line no-control-regex -- a URL holds none of these
const BAD = /[\u0000-\u0020\u007f]|%(?![0-9a-fA-F]{2})/;

/** `undefined` for what is neither. */
export function parseUrl(text: string): AbsoluteUrl | undefined {
  const [whole, scheme = '', host = '', path = '', query = ''] = BAD.test(text) ? [] : (PARTS.exec(text) ?? []);
  if (whole === undefined || !HOST.test(host) || (scheme === '' && !text.startsWith('/'))) return undefined;
  return new AbsoluteUrl({ scheme, host, path, query });
}
