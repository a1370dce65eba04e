import { messageOf, parseYaml } from '../../../core/index.ts';
import type { JsonValue } from '../../../core/index.ts';
import { badRequest, unsupportedMediaType } from '../status.ts';
import type { ApiRequest } from './exchange.ts';
import { parseJsonText } from './json-text.ts';
import type { ParsedJson } from './json-text.ts';
import { parseMediaType } from './negotiate.ts';

/** Turns a protobuf body (with its `k8s\0` envelope) into the object. */
export interface ProtobufDecoder {
  /** @throws ApiError 415 naming the kind when it cannot be decoded, 400 when it is malformed */
  decode(body: Buffer): JsonValue;
}

const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const MAX_YAML_NODES = 200_000;

/** @throws ApiError 413, 415, 400 */
export async function readDocument(request: ApiRequest, protobuf: ProtobufDecoder): Promise<ParsedJson> {
  const { type } = parseMediaType(request.header('content-type') ?? 'application/json');
  const body = await request.body();
  if (type === PROTOBUF) return { value: protobuf.decode(body), duplicates: [] };
  if (type === 'application/yaml') return parseYamlText(body.toString());
  if (type === 'application/json' || type === '' || type === 'application/x-www-form-urlencoded')
    return parseJsonText(body.toString());
  const known = `application/json, application/yaml, ${PROTOBUF}`;
  throw unsupportedMediaType(
    `the body of the request was in an unknown format - accepted media types include: ${known}`,
  );
}

/** YAML, of which JSON is a part. @throws ApiError 400 */
export function parseYamlText(text: string): ParsedJson {
  if (text.trimStart().startsWith('{')) return parseJsonText(text);
  const documents = yamlDocuments(text);
  const [value] = documents;
  if (value === undefined || documents.length > 1)
    throw badRequest(`the body of the request must be one YAML document, found ${documents.length}`);
  const shared = countNodes(value, MAX_YAML_NODES);
  if (shared > MAX_YAML_NODES) throw badRequest(`the body of the request has over ${MAX_YAML_NODES} YAML nodes`);
  // aliases share their values: the way through JSON gives each place its own, and checks depth and names
  return { value: parseJsonText(JSON.stringify(value)).value, duplicates: [] };
}

function yamlDocuments(text: string): readonly JsonValue[] {
  try {
    return parseYaml(text);
  } catch (error) {
    // whatever the parser stumbles over is for the writer of the text to mend
    throw badRequest(`the body of the request is not YAML: ${messageOf(error)}`);
  }
}

/** Counts shared nodes as often as they occur, up to just beyond `limit`. */
function countNodes(value: JsonValue, limit: number): number {
  let nodes = 0;
  const open: JsonValue[] = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (++nodes + open.length > limit) return limit + 1;
    if (typeof next === 'object' && next !== null) open.push(...Object.values(next));
  }
  return nodes;
}
