import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { AppError, messageOf } from '../core/index.ts';
import type { Logger } from '../core/index.ts';
import { isApiError } from '../kube/index.ts';
import type { Problem } from './contract.ts';

/** HTTP status by error code: the only place where the two meet. */
const STATUS: Readonly<Record<string, ContentfulStatusCode>> = {
  NOT_SIGNED_IN: 401,
  FORBIDDEN: 403,
  CROSS_SITE: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  REFUSED: 409,
  REJECTED: 409,
  TOO_LARGE: 413,
  INVALID: 422,
  USAGE: 422,
  UNAUTHORIZED: 502,
  AUTHENTICATION: 502,
  BUSY: 503,
  UNAVAILABLE: 503,
  IDENTITY_PROVIDER: 503,
};

const TITLES: Readonly<Partial<Record<number, string>>> = {
  400: 'Bad request',
  401: 'Sign in first',
  403: 'Not allowed',
  404: 'Not found',
  409: 'Not possible now',
  413: 'Too large',
  422: 'Invalid request',
  500: 'Internal error',
  502: 'A system behind this one refused',
  503: 'Not available now',
};

const PASSED_ON: ReadonlySet<number> = new Set([404, 409, 422]);

/** RFC 9457 of any error. What was not raised on purpose says nothing about itself. */
function problemOf(error: unknown): Problem {
  if (error instanceof HTTPException) {
    return problem(error.status, { code: 'HTTP', detail: error.message, retryable: false });
  }
  if (!(error instanceof AppError)) return problem(500, { code: 'INTERNAL', retryable: false });
  const { code, message: detail, retryable } = error;
  return problem(statusOf(error), { code, detail, retryable });
}

/** Answers with the problem, and logs it when it is ours to mend. */
export function answerProblem(error: unknown, context: Context, logger: Logger): Response {
  const body = problemOf(error);
  if (body.status >= 500) {
    const fields = { path: context.req.path, status: body.status, error: messageOf(error) };
    logger.error('A request failed', error instanceof AppError ? fields : { ...fields, stack: stackOf(error) });
  }
  const retryAfter = body.status === 503 ? { 'retry-after': '2' } : {};
  return context.body(JSON.stringify(body), body.status as ContentfulStatusCode, {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    ...retryAfter,
  });
}

function statusOf(error: AppError): number {
  if (isApiError(error)) {
    if (PASSED_ON.has(error.status.httpCode)) return error.status.httpCode;
    return error.retryable ? 503 : 502;
  }
  return STATUS[error.code] ?? (error.retryable ? 503 : 500);
}

function problem(status: number, rest: Pick<Problem, 'code' | 'detail' | 'retryable'>): Problem {
  const type = `urn:stoa-cd:problem:${rest.code.toLowerCase().replaceAll('_', '-')}`;
  return { type, title: TITLES[status] ?? 'Error', status, ...rest };
}

function stackOf(error: unknown): string | undefined {
  return error instanceof Error ? error.stack : undefined;
}
