import { ApiError } from '../../../kube/index.ts';

/** One entry of an `Accept` header. */
export interface MediaType {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** In the order of the header; everything accepted when it is missing. */
export function parseAccept(header: string | undefined): readonly MediaType[] {
  if (header === undefined || header.trim() === '') return [{ type: '*/*', parameters: {} }];
  const ranked = header.slice(0, MAX_ACCEPT).split(',').map(parseMediaType);
  return ranked.toSorted((a, b) => quality(b) - quality(a));
}

const MAX_ACCEPT = 4_096;

export function parseMediaType(text: string): MediaType {
  const [type = '', ...pairs] = text.split(';').map((part) => part.trim());
  const parameters = pairs.map((pair): [string, string] => {
    const equals = pair.indexOf('=');
    return equals < 0 ? [pair.toLowerCase(), ''] : [pair.slice(0, equals).toLowerCase(), pair.slice(equals + 1)];
  });
  return { type: type.toLowerCase(), parameters: Object.fromEntries(parameters) };
}

function quality(media: MediaType): number {
  const given = Number(media.parameters['q'] ?? '1');
  return Number.isFinite(given) ? given : 0;
}

/** The form in which an object is answered. */
export type Form =
  | { readonly as: 'object'; readonly yaml: boolean }
  | { readonly as: 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList'; readonly version: string };

const JSON_TYPES: ReadonlySet<string> = new Set(['application/json', 'application/*', '*/*']);
const META_VERSIONS: ReadonlySet<string> = new Set(['v1', 'v1beta1']);

/**
 * The first form of the header that the server has.
 * @throws ApiError 406
 */
export function negotiateForm(header: string | undefined): Form {
  for (const media of parseAccept(header)) {
    const form = formOf(media);
    if (form !== undefined) return form;
  }
  throw notAcceptable();
}

function formOf(media: MediaType): Form | undefined {
  const { as, g, v = '' } = media.parameters;
  if (media.type === 'application/yaml' && as === undefined) return { as: 'object', yaml: true };
  if (!JSON_TYPES.has(media.type)) return undefined;
  if (as === undefined) return { as: 'object', yaml: false };
  if (g !== 'meta.k8s.io' || !META_VERSIONS.has(v)) return undefined;
  if (as !== 'Table' && as !== 'PartialObjectMetadata' && as !== 'PartialObjectMetadataList') return undefined;
  return { as, version: v };
}

export function notAcceptable(): ApiError {
  const message = 'only the following media types are accepted: application/json, application/yaml';
  return new ApiError({ httpCode: 406, reason: 'NotAcceptable', message });
}
