import { AppError } from '../../core/index.ts';

/** A request that the forge refuses, answered as GitLab answers it. */
export class ForgeHttpError extends AppError {
  override readonly name = 'ForgeHttpError';
  readonly code = 'FORGE_HTTP';
  readonly status: number;
  /** What GitLab has in `message`: a text, a list of texts, or a list by field. */
  readonly body: unknown;

  constructor(status: number, message: string, body: unknown = message) {
    super(message);
    this.status = status;
    this.body = body;
  }
}

export function unauthorized(): ForgeHttpError {
  return new ForgeHttpError(401, '401 Unauthorized');
}

export function forbidden(reason = ''): ForgeHttpError {
  return new ForgeHttpError(403, `403 Forbidden${reason === '' ? '' : ` - ${reason}`}`);
}

export function notFound(what: string): ForgeHttpError {
  return new ForgeHttpError(404, `404 ${what} Not Found`);
}

export function badRequest(reason: string): ForgeHttpError {
  return new ForgeHttpError(400, reason);
}

export function shaMismatch(): ForgeHttpError {
  return new ForgeHttpError(409, 'SHA does not match HEAD of source branch');
}
