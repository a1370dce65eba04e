import { formatTime } from '../../../core/index.ts';
import { asJson, builtinSchema, getPath } from '../../../kube/index.ts';
import { serviceAccountUser } from '../access/authenticator.ts';
import { ISSUER } from '../access/token-signer.ts';
import type { Call, Cluster } from '../cluster.ts';
import { invalid } from '../field-error.ts';
import { readDocument } from '../http/body.ts';
import type { ApiResponse } from '../http/exchange.ts';
import { acceptObject } from '../registry/accept-object.ts';
import { placeOf } from '../registry/read.ts';
import { valueResponse } from '../registry/render.ts';
import { writeOptions } from '../registry/write-options.ts';
import { notFound } from '../status.ts';
import { textsAt } from '../tables/values.ts';

const TOKEN_REQUEST = { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' };
const DEFAULT_SECONDS = 3_600;
const MIN_SECONDS = 600;
const MAX_SECONDS = 2 ** 32;

/** POST …/serviceaccounts/NAME/token. @throws ApiError 404, 422 */
export async function requestToken(cluster: Cluster, call: Call): Promise<ApiResponse> {
  const options = writeOptions(call);
  const schema = builtinSchema(TOKEN_REQUEST);
  if (schema === undefined) throw new Error('Cannot serve token: its schema is missing');
  const document = await readDocument(call.request, cluster.protobuf);
  const as = { gvk: TOKEN_REQUEST, schema };
  const request = acceptObject(cluster, call, { ...document, fieldValidation: options.fieldValidation, as });
  const account = cluster.store.collection('serviceaccounts').get(placeOf(call), call.info.name);
  if (account === undefined) throw notFound(call.type, call.info.name);
  const { namespace, name } = account;
  const { uid } = account.header;
  const seconds = secondsOf(getPath(request, 'spec', 'expirationSeconds'));
  const expiry = Math.floor(cluster.clock.now() / 1_000) + seconds;
  const given = textsAt(request, 'spec', 'audiences');
  const audiences = given.length === 0 ? [ISSUER] : [...given];
  const user = serviceAccountUser({ namespace, name, uid });
  const token = cluster.signer.sign({ sub: user.name, exp: expiry, aud: audiences, uid });
  const metadata = { namespace, name, creationTimestamp: formatTime(cluster.clock.now()) };
  const spec = { ...(asJson(request)['spec'] as object), audiences, expirationSeconds: seconds };
  const status = { token, expirationTimestamp: formatTime(expiry * 1_000) };
  return valueResponse(cluster, call, { object: { ...request, metadata, spec, status }, status: 201 });
}

function secondsOf(given: unknown): number {
  if (given === undefined) return DEFAULT_SECONDS;
  if (typeof given === 'number' && given >= MIN_SECONDS && given <= MAX_SECONDS) return given;
  const detail = 'may not specify a duration less than 10 minutes';
  throw invalid(TOKEN_REQUEST, '', [
    { type: 'FieldValueInvalid', field: 'spec.expirationSeconds', value: given, detail },
  ]);
}
