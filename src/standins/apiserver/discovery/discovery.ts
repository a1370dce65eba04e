import type { JsonObject } from '../../../core/index.ts';
import { apiVersionOf } from '../../../kube/index.ts';
import { jsonResponse } from '../http/exchange.ts';
import type { ApiRequest, ApiResponse } from '../http/exchange.ts';
import { parseAccept } from '../http/negotiate.ts';
import type { MediaType } from '../http/negotiate.ts';
import type { Catalog, ServedGroup } from '../resources/catalog.ts';
import { aggregated, resourceList } from './documents.ts';

/** Tells what the cluster serves. */
export class Discovery {
  readonly #catalog: Catalog;

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  /** `undefined` when the path is none of discovery. */
  respond(request: ApiRequest): ApiResponse | undefined {
    const segments = request.url.pathname.split('/').filter((segment) => segment !== '');
    const [root, group = '', version] = segments;
    if (root === 'api' && segments.length === 1) return this.#core(request);
    if (root === 'api' && segments.length === 2) return this.#version('', group);
    if (root !== 'apis') return undefined;
    if (segments.length === 1) return this.#groups(request);
    return version === undefined ? this.#group(group) : this.#version(group, version);
  }

  #core(request: ApiRequest): ApiResponse {
    const groups = this.#catalog.groups.filter(({ group }) => group === '');
    const version = aggregatedVersion(request);
    if (version !== undefined) return aggregatedResponse(groups, version);
    return jsonResponse({
      kind: 'APIVersions',
      versions: groups.flatMap((each) => each.versions.map((served) => served.version)),
      serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: request.url.host }],
    });
  }

  #groups(request: ApiRequest): ApiResponse {
    const groups = this.#catalog.groups.filter(({ group }) => group !== '');
    const version = aggregatedVersion(request);
    if (version !== undefined) return aggregatedResponse(groups, version);
    return jsonResponse({ kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(groupDocument) });
  }

  #group(name: string): ApiResponse | undefined {
    const group = this.#catalog.groups.find((each) => each.group === name);
    if (group === undefined || name === '') return undefined;
    return jsonResponse({ kind: 'APIGroup', apiVersion: 'v1', ...groupDocument(group) });
  }

  #version(group: string, version: string): ApiResponse | undefined {
    const served = this.#catalog.version(group, version);
    if (served === undefined) return undefined;
    return jsonResponse(resourceList(apiVersionOf({ group, version }), served.types));
  }
}

type AggregatedVersion = 'v2' | 'v2beta1';

/** Strictly what the client asks for: old clients fail on a version that they do not know. */
function aggregatedVersion(request: ApiRequest): AggregatedVersion | undefined {
  for (const media of parseAccept(request.header('accept'))) {
    const version = versionOfMedia(media);
    if (version !== undefined) return version;
    if (media.type === 'application/json' && media.parameters['as'] === undefined) return undefined;
  }
  return undefined;
}

function versionOfMedia(media: MediaType): AggregatedVersion | undefined {
  const { as, g, v } = media.parameters;
  if (media.type !== 'application/json' || g !== 'apidiscovery.k8s.io' || as !== 'APIGroupDiscoveryList')
    return undefined;
  return v === 'v2' || v === 'v2beta1' ? v : undefined;
}

function aggregatedResponse(groups: readonly ServedGroup[], version: AggregatedVersion): ApiResponse {
  const contentType = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
  const response = jsonResponse(aggregated(groups, version));
  return { ...response, headers: { ...response.headers, 'content-type': contentType, vary: 'Accept' } };
}

function groupDocument({ group, versions }: ServedGroup): JsonObject {
  const served = versions.map(({ version }) => ({ groupVersion: apiVersionOf({ group, version }), version }));
  return { name: group, versions: served, preferredVersion: served[0] ?? {} };
}
