import { createHash } from 'node:crypto';
import type { JsonObject } from '../../../core/index.ts';
import { jsonResponse } from '../http/exchange.ts';
import type { ApiRequest, ApiResponse } from '../http/exchange.ts';
import { negotiateForm } from '../http/negotiate.ts';
import type { Catalog, ServedVersion } from '../resources/catalog.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import { openApiDocument } from './open-api-document.ts';

interface Document {
  readonly types: readonly ResourceType[];
  readonly body: Buffer;
  readonly hash: string;
}

const YEAR_MS = 365 * 86_400_000;

/** `/openapi/v3`: one document for each group-version, built when asked for and kept while nothing changes. */
export class OpenApi {
  readonly #catalog: Catalog;
  readonly #now: () => number;
  readonly #documents = new Map<string, Document>();

  constructor(catalog: Catalog, now: () => number) {
    this.#catalog = catalog;
    this.#now = now;
  }

  /** `undefined` when the path is none of OpenAPI v3. */
  respond(request: ApiRequest): ApiResponse | undefined {
    const path = request.url.pathname.replace(/\/$/, '');
    if (path === '/openapi/v3') return jsonResponse(this.#index());
    if (!path.startsWith('/openapi/v3/')) return undefined;
    const found = this.#find(path.slice('/openapi/v3/'.length));
    if (found === undefined) return undefined;
    negotiateForm(request.header('accept'));
    return this.#response(request, found);
  }

  #index(): JsonObject {
    const paths: JsonObject = {};
    for (const { group, versions } of this.#catalog.groups) {
      for (const served of versions) {
        const key = pathOf(group, served.version);
        const { hash } = this.#document(key, group, served);
        paths[key] = { serverRelativeURL: `/openapi/v3/${key}?hash=${hash}` };
      }
    }
    return { paths };
  }

  #find(key: string): Document | undefined {
    const [, group = '', version = ''] = key.startsWith('api/') ? ['', '', key.slice(4)] : key.split('/');
    const served = this.#catalog.version(group, version);
    return served === undefined ? undefined : this.#document(key, group, served);
  }

  #document(key: string, group: string, served: ServedVersion): Document {
    const known = this.#documents.get(key);
    if (known !== undefined && sameTypes(known.types, served.types)) return known;
    const body = Buffer.from(JSON.stringify(openApiDocument(group, served)));
    const hash = createHash('sha512').update(body).digest('hex').slice(0, 128).toUpperCase();
    const document = { types: served.types, body, hash };
    this.#documents.set(key, document);
    return document;
  }

  /** A client that names the hash may keep the document for ever. */
  #response(request: ApiRequest, { body, hash }: Document): ApiResponse {
    const headers = { 'content-type': 'application/json', etag: `"${hash}"`, vary: 'Accept' };
    if (request.header('if-none-match')?.includes(hash) === true) return { status: 304, headers };
    if (request.url.searchParams.get('hash') !== hash) return { status: 200, headers, body };
    const expires = new Date(this.#now() + YEAR_MS).toUTCString();
    return { status: 200, headers: { ...headers, 'cache-control': 'public, immutable', expires }, body };
  }
}

function pathOf(group: string, version: string): string {
  return group === '' ? `api/${version}` : `apis/${group}/${version}`;
}

function sameTypes(a: readonly ResourceType[], b: readonly ResourceType[]): boolean {
  return a.length === b.length && a.every((type, index) => type === b[index]);
}
