import { request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { JsonValue } from '../../../core/index.ts';

/** One call of a webhook. */
export interface WebhookCall {
  readonly url: URL;
  /** The name that the server's certificate must carry, when it is not the host of the URL. */
  readonly serverName?: string;
  /** PEM of the authority that the certificate must come from. */
  readonly authority?: string;
  readonly body: string;
  readonly timeoutMs: number;
}

/** Posts JSON and reads JSON. @throws Error telling why there is no answer */
export type WebhookClient = (call: WebhookCall) => Promise<JsonValue>;

const MAX_REPLY = 3 * 1024 * 1024;

/** Over HTTPS, without following redirects. */
export const httpsWebhookClient: WebhookClient = async (call) => {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const { serverName, authority, url, body } = call;
  const signal = AbortSignal.timeout(call.timeoutMs);
  const sent = request(url, {
    method: 'POST',
    agent: false,
    signal,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      'content-length': Buffer.byteLength(body),
    },
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(authority === undefined ? {} : { ca: authority }),
  });
  sent.on('response', resolve).on('error', reject).end(body);
  const response = await promise;
  const text = await read(response);
  if (response.statusCode !== 200) throw new Error(`it answered ${response.statusCode ?? 0}`);
  return JSON.parse(text) as JsonValue;
};

async function read(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > MAX_REPLY) throw new Error('its answer is too large');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString();
}
