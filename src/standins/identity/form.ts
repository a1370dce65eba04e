import { OauthError } from './errors.ts';

const LARGEST = 16 * 1024;

/** The fields of a form post. @throws OauthError when it is no form, too large, or names a field twice (RFC 6749, 3.2) */
export async function readForm(request: Request): Promise<ReadonlyMap<string, string>> {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') {
    throw new OauthError('invalid_request', 'Send the parameters as application/x-www-form-urlencoded');
  }
  return singleFields(new URLSearchParams(await readText(request)));
}

/** @throws OauthError when a parameter is there twice */
export function singleFields(parameters: URLSearchParams): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const [name, value] of parameters) {
    if (fields.has(name)) throw new OauthError('invalid_request', `Give the parameter once: ${name.slice(0, 40)}`);
    fields.set(name, value);
  }
  return fields;
}

/** @throws OauthError when the field is missing or empty */
export function required(fields: ReadonlyMap<string, string>, name: string): string {
  const value = fields.get(name) ?? '';
  if (value === '') throw new OauthError('invalid_request', `The parameter is missing: ${name}`);
  return value;
}

async function readText(request: Request): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > LARGEST) throw new OauthError('invalid_request', `The form is larger than ${LARGEST} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
