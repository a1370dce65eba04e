import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import { silentLogger } from '../../core/index.ts';
import type { Clock, Fetch, Logger } from '../../core/index.ts';
import { Accounts } from './accounts.ts';
import type { AccountOptions } from './accounts.ts';
import { Events } from './events.ts';
import type { PushHandler } from './events.ts';
import { GitlabJson } from './gitlab-json.ts';
import { MergeRequests } from './merge-requests.ts';
import type { RefUpdate } from './protection.ts';
import { Repositories, checkProjectPath } from './repositories.ts';
import { createRoutes } from './routes.ts';
import { ForgeDatabase } from './store/database.ts';
import type { ProjectRow, Visibility } from './store/project-store.ts';

export interface ForgeOptions extends AccountOptions {
  readonly directory: string;
  readonly clock: Clock;
  /** @default '127.0.0.1' */
  readonly host?: string;
  /** @default any free port */
  readonly port?: number;
  /** Delivers webhooks. */
  readonly fetch: Fetch;
  readonly logger?: Logger;
}

export interface ProjectOptions {
  /** A public project is read by everybody, a private one by every account. @default 'public' */
  readonly visibility?: Visibility;
}

export interface ForgeServer extends AsyncDisposable {
  readonly url: string;
  /** The same forge without a socket. */
  readonly fetch: Fetch;
  /** Makes the project where it is missing. `empty`: nothing has been pushed to it yet. */
  createProject(path: string, options?: ProjectOptions): Promise<{ readonly url: string; readonly empty: boolean }>;
  /** The bare repository of a project. */
  repositoryDirectory(path: string): string;
  /** Makes the webhook of that token the only one with it: a receiver that has moved is not told at its old address. */
  ensureHook(path: string, hook: { readonly url: string; readonly token: string }): void;
  /** Told of every push and merge, in order. */
  onPush(handler: PushHandler): Disposable;
}

/** Starts a Git server with the part of GitLab's REST API that deliveries use. Rejects with the error of `listen`. */
export async function startForge(options: ForgeOptions): Promise<ForgeServer> {
  const { directory, host = '127.0.0.1', port = 0 } = options;
  await mkdir(directory, { recursive: true });
  const database = new ForgeDatabase(join(directory, 'forge.db'));
  const repositories = new Repositories(join(directory, 'repositories'));
  const served = Promise.withResolvers<Fetch>();
  const server = createAdaptorServer({ fetch: async (request: Request) => (await served.promise)(request) });
  const close = async (): Promise<void> => {
    await repositories[Symbol.asyncDispose]();
    database[Symbol.dispose]();
  };
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  }).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`;
  const forge = await createForge(options, { url, database, repositories });
  served.resolve(forge.fetch);
  return {
    ...forge,
    async [Symbol.asyncDispose]() {
      forge.stop();
      const closed = new Promise((resolve) => server.close(resolve));
      if ('closeAllConnections' in server) server.closeAllConnections();
      await closed;
      await close();
    },
  };
}

interface Parts {
  readonly url: string;
  readonly database: ForgeDatabase;
  readonly repositories: Repositories;
}

async function createForge(
  options: ForgeOptions,
  { url, database, repositories }: Parts,
): Promise<Omit<ForgeServer, typeof Symbol.asyncDispose> & { readonly stop: () => void }> {
  const { clock, fetch, logger = silentLogger, machines } = options;
  const abort = new AbortController();
  const { projects } = database;
  const json = new GitlabJson({ url, userOf: (name) => projects.user(name) });
  const events = new Events({ url, projects, json, fetch, clock, logger, signal: abort.signal });
  const mergeRequests = new MergeRequests({
    store: database.mergeRequests,
    ...{ repositories, clock, logger },
    resetsApprovals: ({ id }) => projects.resetsApprovals(id),
    moved: (project, updates, user) => events.pushed(project, updates, user),
    changed: (project, row, how) => events.mergeRequest(project, row, how),
  });
  const createProject = async (path: string, visibility: Visibility): Promise<ProjectRow> => {
    await repositories.create(checkProjectPath(path));
    return projects.addProject({ path, visibility, createdAt: clock.now() });
  };
  const pushed = async (project: ProjectRow, updates: readonly RefUpdate[], user: string): Promise<void> => {
    await mergeRequests.afterPush(project, updates, user);
    events.pushed(project, updates, user);
  };
  for (const { name } of machines) projects.user(name);
  for (const project of projects.projects()) {
    await repositories.tidy(project.path);
    await mergeRequests.repair(project);
  }
  const accounts = new Accounts(options);
  const ports = { accounts, database, repositories, mergeRequests, json, clock, logger, url };
  return {
    url,
    fetch: createRoutes({ ...ports, createProject, pushed }),
    async createProject(path, { visibility = 'public' } = {}) {
      const project = projects.project(path) ?? (await createProject(path, visibility));
      const empty = (await repositories.refs(project.path)).size === 0;
      return { url: `${url}/${project.path}.git`, empty };
    },
    repositoryDirectory: (path) => repositories.directory(path),
    ensureHook(path, { url: receiver, token }) {
      const project = projects.project(path);
      if (project === undefined) throw new RangeError(`Cannot add a webhook: there is no project ${path}`);
      const own = projects.hooks(project.id).filter((hook) => hook.token === token);
      for (const { id } of own.filter((hook) => hook.url !== receiver)) projects.removeHook(project.id, id);
      if (own.some((hook) => hook.url === receiver)) return;
      projects.addHook(project.id, { url: receiver, token, pushEvents: 1, mergeRequestsEvents: 1 });
    },
    onPush: (handler) => events.subscribe(handler),
    stop: () => abort.abort(),
  };
}
