import type { Context } from 'hono';

/** A refusal with GitHub's body. */
export class GithubError extends Error {
  readonly status: number;
  readonly errors: readonly unknown[] | undefined;

  constructor(status: number, message: string, errors?: readonly unknown[]) {
    super(message);
    this.status = status;
    this.errors = errors;
  }
}

export function invalid(...errors: readonly unknown[]): GithubError {
  return new GithubError(422, 'Validation Failed', errors);
}

export function answerError(error: unknown, _c: Context): Response {
  const { status, message, errors } = error instanceof GithubError ? error : new GithubError(500, String(error));
  const body = { message, ...(errors === undefined ? {} : { errors }), status: String(status) };
  return Response.json({ ...body, documentation_url: 'https://docs.github.com/rest' }, { status });
}
