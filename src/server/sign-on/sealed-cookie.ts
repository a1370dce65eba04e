import { hkdfSync } from 'node:crypto';
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { EncryptJWT, jwtDecrypt } from 'jose';
import type { JWTPayload } from 'jose';
import type { Clock } from '../../core/index.ts';

/** A browser keeps 4096 bytes a cookie, name and attributes included. */
const CHUNK = 3_600;
const MOST_CHUNKS = 5;

export interface SealedCookieOptions {
  readonly name: string;
  /** From which the cookie's own key is derived. */
  readonly secret: Uint8Array;
  readonly maxAgeSeconds: number;
  readonly path: string;
  /** Set where the page is served over TLS. */
  readonly secure: boolean;
  readonly clock: Clock;
}

/** State that the browser keeps for us and can neither read nor change: a JWE, in as many cookies as it needs. */
export class SealedCookie {
  readonly #options: SealedCookieOptions;
  readonly #key: Uint8Array;

  constructor(options: SealedCookieOptions) {
    this.#options = options;
    this.#key = new Uint8Array(hkdfSync('sha256', options.secret, '', `stoa-cd cookie ${options.name}`, 32));
  }

  /** `undefined` when there is none, it was not sealed with this key, or its time is over. */
  async read(context: Context): Promise<JWTPayload | undefined> {
    const sealed = this.#chunks(context).join('');
    if (sealed === '') return undefined;
    const opened = await jwtDecrypt(sealed, this.#key, { currentDate: new Date(this.#options.clock.now()) })
      // Whoever sent something else is not signed in.
      .catch(() => undefined);
    return opened?.payload;
  }

  /** Seals `payload` until `expires` (milliseconds since the epoch). @default `maxAgeSeconds` from now */
  async write(context: Context, payload: JWTPayload, expires?: number): Promise<void> {
    const { clock, maxAgeSeconds } = this.#options;
    const now = Math.floor(clock.now() / 1_000);
    const until = expires === undefined ? now + maxAgeSeconds : Math.floor(expires / 1_000);
    const sealed = await new EncryptJWT(payload)
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .setExpirationTime(until)
      .encrypt(this.#key);
    const chunks = sealed.match(new RegExp(`.{1,${CHUNK}}`, 'g')) ?? [];
    if (chunks.length > MOST_CHUNKS)
      throw new RangeError(`Cannot keep the session: ${sealed.length} bytes are too many`);
    for (let index = 0; index < MOST_CHUNKS; index++)
      this.#set(context, index, { chunk: chunks[index], maxAge: until - now });
  }

  clear(context: Context): void {
    for (let index = 0; index < MOST_CHUNKS; index++) this.#set(context, index, { chunk: undefined, maxAge: 0 });
  }

  #set(
    context: Context,
    index: number,
    { chunk, maxAge }: { readonly chunk: string | undefined; readonly maxAge: number },
  ): void {
    const { path, secure } = this.#options;
    const name = this.#name(index);
    if (chunk !== undefined) setCookie(context, name, chunk, { httpOnly: true, sameSite: 'Lax', path, secure, maxAge });
    else if (getCookie(context, name) !== undefined) deleteCookie(context, name, { path, secure });
  }

  #chunks(context: Context): readonly string[] {
    const chunks: string[] = [];
    for (let index = 0; index < MOST_CHUNKS; index++) {
      const chunk = getCookie(context, this.#name(index));
      if (chunk === undefined) break;
      chunks.push(chunk);
    }
    return chunks;
  }

  #name(index: number): string {
    return index === 0 ? this.#options.name : `${this.#options.name}.${index}`;
  }
}
