import { z } from 'zod';

/** Where a registry sends its clients for a token. */
export interface TokenChallenge {
  readonly realm: string;
  readonly service: string | undefined;
  readonly scope: string | undefined;
}

/** Reads `WWW-Authenticate: Bearer realm="…",service="…",scope="…"`; `undefined` for other schemes. */
export function readChallenge(header: string | null): TokenChallenge | undefined {
  const parameters = /^bearer\s+(.*)$/i.exec((header ?? '').slice(0, 4096))?.[1];
  if (parameters === undefined) return undefined;
  const values = new Map<string, string>();
  for (const [, name = '', value = ''] of parameters.matchAll(/([a-z]+)="([^"]*)"/gi))
    values.set(name.toLowerCase(), value);
  const realm = values.get('realm');
  return realm === undefined ? undefined : { realm, service: values.get('service'), scope: values.get('scope') };
}

/** The address to ask for the token; `undefined` when it must not be asked: credentials travel over TLS only. */
export function tokenUrl({ realm, service, scope }: TokenChallenge, plainAllowed: boolean): URL | undefined {
  const url = URL.canParse(realm) ? new URL(realm) : undefined;
  if (url === undefined || !(url.protocol === 'https:' || (plainAllowed && url.protocol === 'http:'))) return undefined;
  if (service !== undefined) url.searchParams.set('service', service);
  if (scope !== undefined) url.searchParams.set('scope', scope);
  return url;
}

const answer = z.object({ token: z.string().min(1).optional(), access_token: z.string().min(1).optional() });

/** The token in an answer; `undefined` when there is none. */
export function readToken(text: string): string | undefined {
  try {
    const { token, access_token: other } = answer.parse(JSON.parse(text));
    return token ?? other;
  } catch {
    return undefined; // An answer without a token is a refusal, whatever its form.
  }
}
