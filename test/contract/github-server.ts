import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import type { Context } from 'hono';
import { runGit } from '../../src/git/index.ts';
import { GithubError, answerError } from './github-errors.ts';
import { GithubRepository } from './github-repository.ts';
import type { GithubPull } from './github-repository.ts';

export interface GithubServer extends AsyncDisposable {
  readonly url: string;
  /** @returns the address for Git */
  createRepository(name: string): Promise<string>;
}

export interface GithubServerOptions {
  readonly directory: string;
  /** Names by token. */
  readonly tokens: Readonly<Record<string, string>>;
  /** Who may push to `main`, and so merge into it. */
  readonly maintainer: string;
}

/** An Enterprise Server on this machine that answers as docs.github.com says for the routes that the adapter calls. */
export async function startGithub(options: GithubServerOptions): Promise<GithubServer> {
  const repositories = new Map<string, GithubRepository>();
  const app = new Hono();
  const api = new Hono();
  const calls = new Calls(options, repositories);
  routes(api, calls);
  app.route('/api/v3', api);
  app.onError(answerError);
  app.notFound((c) => answerError(new GithubError(404, 'Not Found'), c));
  const server = createAdaptorServer({ fetch: (request: Request) => app.fetch(request) });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    async createRepository(name) {
      const directory = join(options.directory, `${name}.git`);
      await mkdir(directory, { recursive: true });
      await runGit({ args: ['init', '--quiet', '--bare', '--template=', '--initial-branch=main', directory] });
      repositories.set(name, new GithubRepository({ name, url, directory, maintainer: options.maintainer }));
      return pathToFileURL(directory).href;
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      if ('closeAllConnections' in server) server.closeAllConnections();
      await closed;
      for (const repository of repositories.values()) await repository[Symbol.asyncDispose]();
    },
  };
}

class Calls {
  readonly #options: GithubServerOptions;
  readonly #repositories: ReadonlyMap<string, GithubRepository>;

  constructor(options: GithubServerOptions, repositories: ReadonlyMap<string, GithubRepository>) {
    this.#options = options;
    this.#repositories = repositories;
  }

  /** `undefined` for nobody in particular. */
  caller(c: Context): string | undefined {
    if (c.req.header('user-agent') === undefined)
      throw new GithubError(403, 'Request forbidden by administrative rules.');
    const header = c.req.header('authorization');
    if (header === undefined) return undefined;
    const name = this.#options.tokens[header.replace(/^Bearer /, '')];
    if (name === undefined) throw new GithubError(401, 'Bad credentials');
    return name;
  }

  user(c: Context): string {
    const name = this.caller(c);
    if (name === undefined) throw new GithubError(401, 'Requires authentication');
    return name;
  }

  repository(c: Context): GithubRepository {
    this.caller(c);
    const found = this.#repositories.get(`${c.req.param('owner')}/${c.req.param('repo')}`);
    if (found === undefined) throw new GithubError(404, 'Not Found');
    return found;
  }

  async pull(c: Context): Promise<{ readonly repository: GithubRepository; readonly pull: GithubPull }> {
    const repository = this.repository(c);
    return { repository, pull: await repository.pull(Number(c.req.param('number'))) };
  }
}

function routes(app: Hono, calls: Calls): void {
  const base = '/repos/:owner/:repo';
  app.get('/user', (c) => c.json({ login: calls.user(c), type: 'User' }));
  pullRoutes(app, calls, `${base}/pulls`);
  reviewRoutes(app, calls, `${base}/pulls/:number/reviews`);
  issueRoutes(app, calls, `${base}/issues`);
  app.post(`${base}/statuses/:sha`, async (c) => {
    const status = calls.repository(c).setStatus(c.req.param('sha'), { ...(await bodyOf(c)), creator: calls.user(c) });
    return c.json(status, 201);
  });
  app.get(`${base}/commits/:sha/status`, (c) => {
    const statuses = calls.repository(c).statuses(c.req.param('sha'));
    const page = pageOf(c, statuses);
    return c.json({ state: 'pending', sha: c.req.param('sha'), total_count: statuses.length, statuses: page });
  });
}

function pullRoutes(app: Hono, calls: Calls, base: string): void {
  app.get(base, async (c) => {
    const { state = 'open', head, base: target, sort = 'created', direction = 'desc' } = c.req.query();
    const pulls = await calls.repository(c).pulls({ state, head, base: target });
    const key = sort === 'updated' ? 'updated_at' : 'created_at';
    const sorted = pulls.toSorted((a, b) => Date.parse(a[key]) - Date.parse(b[key]) || a.number - b.number);
    const page = pageOf(c, direction === 'desc' ? sorted.toReversed() : sorted);
    // As documented, these are left out of lists.
    return c.json(page.map(({ mergeable: _mergeable, merged_by: _mergedBy, merged: _merged, ...rest }) => rest));
  });
  app.post(base, async (c) => {
    const user = calls.user(c);
    return c.json(await calls.repository(c).open({ ...(await bodyOf(c)), user }), 201);
  });
  app.get(`${base}/:number`, async (c) => c.json((await calls.pull(c)).pull));
  app.patch(`${base}/:number`, async (c) => {
    calls.user(c);
    const { repository, pull } = await calls.pull(c);
    return c.json(await repository.edit(pull.number, await bodyOf(c)));
  });
  app.put(`${base}/:number/merge`, async (c) => {
    const user = calls.user(c);
    const { repository, pull } = await calls.pull(c);
    const sha = await repository.merge(pull.number, { ...(await bodyOf(c)), user });
    return c.json({ sha, merged: true, message: 'Pull Request successfully merged' });
  });
}

function reviewRoutes(app: Hono, calls: Calls, base: string): void {
  app.get(base, async (c) => {
    const { repository, pull } = await calls.pull(c);
    return c.json(pageOf(c, repository.reviews(pull.number)));
  });
  app.post(base, async (c) => {
    const user = calls.user(c);
    const { repository, pull } = await calls.pull(c);
    return c.json(repository.review(pull, { ...(await bodyOf(c)), user }));
  });
  app.put(`${base}/:review/dismissals`, async (c) => {
    calls.user(c);
    const { repository, pull } = await calls.pull(c);
    return c.json(repository.dismiss(pull.number, Number(c.req.param('review'))));
  });
}

function issueRoutes(app: Hono, calls: Calls, base: string): void {
  app.get(`${base}/:number/comments`, async (c) => {
    const { repository, pull } = await calls.pull(c);
    return c.json(pageOf(c, repository.comments(pull.number)));
  });
  app.post(`${base}/:number/comments`, async (c) => {
    const user = calls.user(c);
    const { repository, pull } = await calls.pull(c);
    return c.json(repository.comment(pull.number, { ...(await bodyOf(c)), user }), 201);
  });
  app.patch(`${base}/comments/:comment`, async (c) => {
    const { body } = await bodyOf(c);
    return c.json(calls.repository(c).editComment(Number(c.req.param('comment')), String(body), calls.user(c)));
  });
  app.put(`${base}/:number/labels`, async (c) => {
    calls.user(c);
    const { repository, pull } = await calls.pull(c);
    const { labels } = await bodyOf(c);
    return c.json(repository.label(pull.number, labels as readonly string[]));
  });
}

function bodyOf(c: Context): Promise<Record<string, unknown>> {
  return c.req.json<Record<string, unknown>>();
}

/** One page, with links as GitHub gives them: by the number of the repository, and by the name of the public API. */
function pageOf<T>(c: Context, items: readonly T[]): readonly T[] {
  const size = Math.min(100, Number(c.req.query('per_page') ?? 30));
  const page = Number(c.req.query('page') ?? 1);
  const url = new URL(c.req.url.replace(/^.*\/api\/v3\/repos\/[^/]+\/[^/]+/, 'https://api.github.com/repositories/7'));
  const link = (number: number, rel: string): string => {
    url.searchParams.set('page', String(number));
    return `<${url.href}>; rel="${rel}"`;
  };
  const last = Math.ceil(items.length / size);
  const links = [
    ...(page > 1 ? [link(page - 1, 'prev')] : []),
    ...(page < last ? [link(page + 1, 'next'), link(last, 'last')] : []),
    ...(page > 1 ? [link(1, 'first')] : []),
  ];
  if (links.length > 0) c.header('link', links.join(', '));
  return items.slice((page - 1) * size, page * size);
}
