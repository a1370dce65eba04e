import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { EncryptJWT, jwtDecrypt } from 'jose';
import type { Clock } from '../../core/index.ts';
import { ClientRedirectError, parseAuthorizationRequest } from './authorization-request.ts';
import type { AuthorizationRequest, Client } from './authorization-request.ts';
import type { Codes } from './codes.ts';
import type { User, UserDirectory } from './directory.ts';
import { OauthError } from './errors.ts';
import { readForm, required, singleFields } from './form.ts';
import { errorPage, loginPage } from './login-page.ts';

const FORM_SECONDS = 10 * 60;
const COOKIE = 'stoa-cd-login';

export interface LoginPorts {
  readonly issuer: string;
  readonly clients: readonly Client[];
  readonly users: UserDirectory;
  readonly codes: Codes;
  readonly clock: Clock;
}

/** Authorization endpoint and login form. Nobody stays signed in here: each authorization asks for the password. */
export class Login {
  readonly #ports: LoginPorts;
  /** Seals the form's transaction; a form that was open while the provider restarted has to be opened again. */
  readonly #key = randomBytes(32);

  constructor(ports: LoginPorts) {
    this.#ports = ports;
  }

  async authorize(context: Context): Promise<Response> {
    try {
      const fields =
        context.req.method === 'POST'
          ? await readForm(context.req.raw)
          : singleFields(new URL(context.req.url).searchParams);
      const request = parseAuthorizationRequest(fields, this.#ports.clients);
      return await this.#form(context, request, {});
    } catch (error) {
      if (error instanceof ClientRedirectError) {
        return this.#back(context, error, { error: error.code, error_description: error.message });
      }
      if (error instanceof OauthError) return context.html(errorPage(error.message), 400);
      throw error;
    }
  }

  async submit(context: Context): Promise<Response> {
    try {
      const fields = await readForm(context.req.raw);
      const request = await this.#open(required(fields, 'transaction'), getCookie(context, COOKIE));
      if (request === undefined) {
        return await context.html(
          errorPage('This form is too old, or was opened elsewhere: go back and sign in again'),
          400,
        );
      }
      const name = fields.get('username') ?? '';
      const user = await this.#signIn(name, fields.get('password') ?? '');
      if (typeof user === 'string') return await this.#form(context, request, { name, error: user });
      return this.#back(context, request, { code: this.#ports.codes.create(request, user.name) });
    } catch (error) {
      if (error instanceof OauthError) return context.html(errorPage(error.message), 400);
      throw error;
    }
  }

  /** The user, or what to tell the person. */
  async #signIn(name: string, password: string): Promise<User | string> {
    try {
      return (await this.#ports.users.signIn(name, password)) ?? 'The user name or the password is wrong';
    } catch (error) {
      if (error instanceof OauthError) return error.message;
      throw error;
    }
  }

  async #form(
    context: Context,
    request: AuthorizationRequest,
    { name = request.loginHint, error }: { readonly name?: string | undefined; readonly error?: string },
  ): Promise<Response> {
    const binding = getCookie(context, COOKIE) ?? randomBytes(24).toString('base64url');
    setCookie(context, COOKIE, binding, { httpOnly: true, sameSite: 'Lax', path: '/', maxAge: FORM_SECONDS });
    // A browser checks `form-action` along the redirect too, so the client's own origin has to be named.
    const { origin } = new URL(request.redirectUri);
    context.header('content-security-policy', `${STRICT_POLICY}; form-action 'self' ${origin}`);
    const transaction = await this.#seal(request, binding);
    const users = this.#ports.users.list();
    const shown = { client: request.client, transaction, users };
    return context.html(
      loginPage({ ...shown, ...(name === undefined ? {} : { name }), ...(error === undefined ? {} : { error }) }),
      error === undefined ? 200 : 403,
    );
  }

  #back(
    context: Context,
    { redirectUri, state }: { readonly redirectUri: string; readonly state?: string | undefined },
    answer: Readonly<Record<string, string>>,
  ): Response {
    const url = new URL(redirectUri);
    // `iss` (RFC 9207) tells the client which provider answered.
    const parameters = { ...answer, iss: this.#ports.issuer, ...(state === undefined ? {} : { state }) };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return context.redirect(url.href, 303);
  }

  async #seal(request: AuthorizationRequest, binding: string): Promise<string> {
    return new EncryptJWT({ request, binding: fingerprint(binding).toString('base64url') })
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .setExpirationTime(Math.floor(this.#ports.clock.now() / 1_000) + FORM_SECONDS)
      .encrypt(this.#key);
  }

  async #open(transaction: string, binding: string | undefined): Promise<AuthorizationRequest | undefined> {
    const opened = await jwtDecrypt(transaction, this.#key, { currentDate: new Date(this.#ports.clock.now()) })
      // A transaction that does not open was not sealed here, or its time is over.
      .catch(() => undefined);
    if (opened === undefined || binding === undefined) return undefined;
    const expected = Buffer.from(String(opened.payload['binding']), 'base64url');
    return timingSafeEqual(expected, fingerprint(binding))
      ? (opened.payload['request'] as AuthorizationRequest)
      : undefined;
  }
}

export const STRICT_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'";

function fingerprint(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
