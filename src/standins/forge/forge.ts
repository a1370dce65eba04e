import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import { silentLogger } from '../../core/index.ts';
import type { Clock, Fetch, Logger } from '../../core/index.ts';
import { Accounts } from './accounts.ts';
import type { AccountOptions } from './accounts.ts';
import { ForgeDatabase } from './database.ts';
import type { MergeRequestRow, ProjectRow } from './database.ts';
import type { RefUpdate } from './git-http.ts';
import { gitlabJson } from './gitlab-json.ts';
import { MergeRequests } from './merge-requests.ts';
import { Repositories, checkProjectPath } from './repositories.ts';
import { createRoutes } from './routes.ts';
import { deliver } from './webhooks.ts';

export interface ForgeOptions extends AccountOptions {
  readonly directory: string;
  readonly clock: Clock;
  /** @default '127.0.0.1' */
  readonly host?: string;
  /** @default any free port */
  readonly port?: number;
  /** Delivers webhooks. @default the machine's network */
  readonly fetch: Fetch;
  readonly logger?: Logger;
}

export interface PushEvent {
  readonly project: string;
  /** Clone URL. */
  readonly url: string;
  readonly refs: readonly RefUpdate[];
  readonly user: string;
}

export interface ForgeServer extends AsyncDisposable {
  readonly url: string;
  /** The same forge without a socket. */
  readonly fetch: Fetch;
  /** Makes the project where it is missing. */
  createProject(path: string): Promise<{ readonly url: string }>;
  /** Makes the webhook where the project has none of that URL. */
  ensureHook(path: string, hook: { readonly url: string; readonly token: string }): void;
  onPush(handler: (push: PushEvent) => void): Disposable;
}

/** Starts a Git server with the part of GitLab's REST API that deliveries use. Rejects with the error of `listen`. */
export async function startForge(options: ForgeOptions): Promise<ForgeServer> {
  const { directory, clock, host = '127.0.0.1', port = 0, logger = silentLogger } = options;
  await mkdir(directory, { recursive: true });
  const abort = new AbortController();
  const database = new ForgeDatabase(join(directory, 'forge.db'));
  const repositories = new Repositories(join(directory, 'repositories'));
  const handlers = new Set<(push: PushEvent) => void>();
  const ready: { routes?: Fetch } = {};
  const server = createAdaptorServer({
    fetch: (request: Request) => ready.routes?.(request) ?? new Response(null, { status: 503 }),
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  }).catch((error: unknown) => {
    database[Symbol.dispose]();
    throw error;
  });
  const url = `http://${host}:${(server.address() as AddressInfo).port}`;
  const json = gitlabJson(url);

  const send = (project: ProjectRow, event: string, body: object): void => {
    const wanted = database
      .hooks(project.id)
      .filter((hook) => (event === 'Push Hook' ? hook.pushEvents : hook.mergeRequestsEvents) === 1);
    const delivery = { fetch: options.fetch, clock, logger, signal: abort.signal };
    for (const hook of wanted) void deliver(hook, { event, body }, delivery);
  };
  const pushed = (project: ProjectRow, refs: readonly RefUpdate[], user: string): void => {
    for (const handler of handlers) handler({ project: project.path, url: `${url}/${project.path}.git`, refs, user });
    for (const { ref, before, after } of refs) {
      send(project, 'Push Hook', {
        object_kind: 'push',
        ref,
        before,
        after,
        user_username: user,
        project: json.project(project),
      });
    }
  };
  const changed = (project: ProjectRow, row: MergeRequestRow, action: string): void => {
    const attributes = { iid: row.iid, state: row.state, action, source_branch: row.source, target_branch: row.target };
    send(project, 'Merge Request Hook', {
      object_kind: 'merge_request',
      project: json.project(project),
      object_attributes: attributes,
    });
  };
  const mergeRequests = new MergeRequests({ database, repositories, clock, pushed, changed });
  const createProject = async (path: string): Promise<ProjectRow> => {
    await repositories.create(checkProjectPath(path));
    return database.addProject(path, clock.now());
  };
  for (const project of database.projects()) await mergeRequests.settle(project, 'main');
  const routes = createRoutes({
    accounts: new Accounts(options),
    database,
    repositories,
    mergeRequests,
    json,
    clock,
    createProject,
    pushed,
    logger,
    url,
  });
  ready.routes = routes;

  return {
    url,
    fetch: routes,
    async createProject(path) {
      await createProject(path);
      return { url: `${url}/${path}.git` };
    },
    ensureHook(path, hook) {
      const project = database.project(path);
      if (
        project === undefined ||
        database.hooks(project.id).some((row) => row.url === hook.url && row.token === hook.token)
      )
        return;
      database.addHook(project.id, { ...hook, pushEvents: 1, mergeRequestsEvents: 1 });
    },
    onPush(handler) {
      handlers.add(handler);
      return { [Symbol.dispose]: () => void handlers.delete(handler) };
    },
    async [Symbol.asyncDispose]() {
      abort.abort();
      const closed = new Promise((resolve) => server.close(resolve));
      if ('closeAllConnections' in server) server.closeAllConnections();
      await closed;
      await repositories[Symbol.asyncDispose]();
      database[Symbol.dispose]();
    },
  };
}
