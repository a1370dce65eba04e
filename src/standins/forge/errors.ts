import { AppError } from '../../core/index.ts';

/** A request that the forge refuses, answered as GitLab answers it. */
export class ForgeHttpError extends AppError {
  override readonly name = 'ForgeHttpError';
  readonly code = 'FORGE_HTTP';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
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
