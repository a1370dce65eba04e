import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { AppError, RefusedError, UsageError, silentLogger } from '../core/index.ts';
import { ForgeError } from '../forge/index.ts';
import { ApiError } from '../kube/index.ts';
import { BusyError, NotAllowedError, NotFoundError, NotSignedInError } from './errors.ts';
import { answerProblem } from './problem.ts';

class SecretError extends AppError {
  override readonly name = 'SecretError';
  readonly code = 'NOT_IN_THE_TABLE';
}

const kubernetes = (httpCode: number): ApiError => new ApiError({ httpCode, reason: 'Unknown', message: 'no' });

async function answer(
  error: Error,
): Promise<{ readonly status: number; readonly body: unknown; readonly type: string | null }> {
  const app = new Hono();
  app.get('/', () => {
    throw error;
  });
  app.onError((thrown, context) => answerProblem(thrown, context, silentLogger));
  const response = await app.request('/');
  return { status: response.status, body: await response.json(), type: response.headers.get('content-type') };
}

describe('answerProblem', () => {
  it.each([
    { name: 'nobody signed in', error: new NotSignedInError('x'), status: 401 },
    { name: 'not allowed', error: new NotAllowedError('x'), status: 403 },
    { name: 'not there', error: new NotFoundError('x'), status: 404 },
    { name: 'refused', error: new RefusedError('x'), status: 409 },
    { name: 'wrong usage', error: new UsageError('x'), status: 422 },
    { name: 'busy', error: new BusyError('x'), status: 503 },
    { name: 'a forge that is away', error: new ForgeError('UNAVAILABLE', 'x'), status: 503 },
    { name: 'a forge that refuses our token', error: new ForgeError('UNAUTHORIZED', 'x'), status: 502 },
    { name: 'a conflict on the hub', error: kubernetes(409), status: 409 },
    { name: 'a hub that is away', error: kubernetes(503), status: 503 },
    { name: 'a hub that forbids', error: kubernetes(403), status: 502 },
    { name: 'an error that nobody mapped', error: new SecretError('x'), status: 500 },
  ])('answers $status for $name', async ({ error, status }) => {
    const answered = await answer(error);
    expect(answered).toMatchObject({ status, body: { status, retryable: error.retryable } });
    expect(answered.type).toBe('application/problem+json');
  });

  it('says nothing about an error that was not raised on purpose', async () => {
    const { status, body } = await answer(new TypeError('the secret is 42'));
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toContain('secret');
  });
});
