import type { UserInfo } from '../access/user.ts';

/** One request, from a socket or from within the process. */
export interface ApiRequest {
  readonly method: string;
  readonly url: URL;
  /** By its lower-case name; several of the same name joined with commas. */
  header(name: string): string | undefined;
  headerValues(name: string): readonly string[];
  headerNames(): readonly string[];
  /**
   * The whole body.
   * @throws ApiError 413 when it is over the limit
   */
  body(): Promise<Buffer>;
  /** Whom the connection itself vouches for: a client certificate, or the process. */
  readonly peer: UserInfo | undefined;
  /** Aborts when the client is gone. */
  readonly signal: AbortSignal;
}

export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** A stream is sent piece by piece, its headers at once. */
  readonly body?: Buffer | AsyncIterable<Buffer>;
}

export const MAX_BODY_BYTES = 3 * 1024 * 1024;

export function jsonResponse(value: unknown, status = 200): ApiResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(value)) };
}

export function textResponse(text: string, status = 200): ApiResponse {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: Buffer.from(text) };
}
