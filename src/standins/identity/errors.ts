import { AppError } from '../../core/index.ts';

/** Error codes of RFC 6749, RFC 6750 and OpenID Connect that this provider answers with. */
export type OauthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'invalid_scope'
  | 'invalid_token'
  | 'unsupported_grant_type'
  | 'unsupported_response_type'
  | 'login_required'
  | 'request_not_supported'
  | 'slow_down';

const STATUS: Readonly<Partial<Record<OauthErrorCode, 401 | 429>>> = {
  invalid_client: 401,
  invalid_token: 401,
  slow_down: 429,
};

/** A request that the protocol refuses; becomes `{"error", "error_description"}`. */
export class OauthError extends AppError {
  override readonly name = 'OauthError';
  readonly code: OauthErrorCode;
  /** Seconds until it is worth trying again. */
  readonly retryAfterSeconds: number | undefined;

  constructor(code: OauthErrorCode, message: string, retryAfterSeconds?: number) {
    super(message);
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  toResponse(): Response {
    const headers: Record<string, string> = { 'cache-control': 'no-store' };
    if (this.retryAfterSeconds !== undefined) headers['retry-after'] = String(this.retryAfterSeconds);
    if (this.code === 'invalid_token') headers['www-authenticate'] = `Bearer error="invalid_token"`;
    const body = { error: this.code, error_description: this.message };
    return Response.json(body, { status: STATUS[this.code] ?? 400, headers });
  }
}
