import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/core/index.ts';
import type { Clock, Fetch } from '../../src/core/index.ts';
import { githubForge, gitlabForge } from '../../src/forge/index.ts';
import type { Forge } from '../../src/forge/index.ts';
import type { RemoteCredentials } from '../../src/git/index.ts';
import { startForge } from '../../src/standins/forge/index.ts';
import type { ForgeServer } from '../../src/standins/forge/index.ts';
import { startGithub } from './github-server.ts';
import { startGitlabAnswers } from './gitlab-server.ts';

/** `erin` may read only, nobody knows `mallory`. */
export type Person = 'bot' | 'ci' | 'alice' | 'erin' | 'mallory' | 'nobody';

export interface Remote {
  readonly url: string;
  readonly credentials?: RemoteCredentials;
}

export interface ForgeOptions {
  readonly project: string;
  readonly as: Person;
  readonly fetch?: Fetch;
}

/** A forge that the contract is checked against. */
export interface ForgeWorld extends AsyncDisposable {
  readonly scratch: string;
  /** @returns where the delivery bot pushes to */
  createProject(project: string): Promise<Remote>;
  forge(options: ForgeOptions): Forge;
  /** One that does not answer. */
  downForge(project: string): Forge;
}

/** What a forge does not know, by the name of the test that is left out. */
export type Lack = 'drafts by title' | 'statuses that only move on' | 'readers who may not approve';

export interface ForgeKind {
  readonly name: string;
  readonly lacks: readonly Lack[];
  readonly start: () => Promise<ForgeWorld>;
}

export const PEOPLE: Readonly<Record<string, readonly string[]>> = {
  ci: ['developers'],
  alice: ['developers'],
  bob: ['reviewers'],
  erin: ['auditors'],
};

/** Waits for nothing: the forge is on this machine, and where it is down it stays down. */
export const impatient: Clock = { now: () => Date.now(), after: (_ms, run) => systemClock.after(0, run) };

export const FORGES: readonly [ForgeKind, ...ForgeKind[]] = [
  { name: 'the embedded forge', lacks: [], start: () => startGitlabWorld(async (server) => ({ url: server.url })) },
  {
    name: 'answers of GitLab 17 and 18',
    lacks: [],
    start: () => startGitlabWorld(({ fetch }) => startGitlabAnswers(fetch)),
  },
  {
    name: 'answers of GitHub',
    // A draft is a property of its own; a status is one more entry; whose review counts is told by who they are.
    lacks: ['drafts by title', 'statuses that only move on', 'readers who may not approve'],
    start: startGithubWorld,
  },
];

export function startEmbedded(directory: string, port = 0): Promise<ForgeServer> {
  return startForge({
    ...{ port, directory, fetch, clock: systemClock },
    authenticate: async (name, password) =>
      name in PEOPLE && password === 'pw' ? { name, groups: PEOPLE[name] ?? [] } : undefined,
    verifyToken: async (token) => (token in PEOPLE ? { name: token, groups: PEOPLE[token] ?? [] } : undefined),
    machines: [
      { name: 'bot', token: 'bot-token', role: 'maintainer' },
      { name: 'ci', token: 'ci-token', role: 'developer' },
    ],
  });
}

const SCRATCH = join(tmpdir(), 'stoa-forge-');

/** @param front what answers calls of the API */
async function startGitlabWorld(
  front: (server: ForgeServer) => Promise<{ readonly url: string } & Partial<AsyncDisposable>>,
): Promise<ForgeWorld> {
  const scratch = await mkdtemp(SCRATCH);
  const server = await startEmbedded(join(scratch, 'forge'));
  const api = await front(server);
  const credentialsOf = (person: Person): object => {
    if (person === 'nobody') return {};
    return person === 'bot' || person === 'ci' ? { token: `${person}-token` } : { bearer: person };
  };
  return {
    scratch,
    async createProject(project) {
      const { url } = await server.createProject(project);
      return { url, credentials: { username: 'bot', password: 'bot-token' } };
    },
    forge: ({ project, as, ...options }) =>
      gitlabForge({ baseUrl: api.url, project, fetch, clock: impatient, ...credentialsOf(as), ...options }),
    downForge: (project) => gitlabForge({ baseUrl: 'http://127.0.0.1:1', project, fetch, clock: impatient }),
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]?.();
      await server[Symbol.asyncDispose]();
      await rm(scratch, { recursive: true, force: true });
    },
  };
}

async function startGithubWorld(): Promise<ForgeWorld> {
  const scratch = await mkdtemp(SCRATCH);
  const tokens = Object.fromEntries(['bot', 'ci', 'alice', 'erin'].map((name) => [`${name}-token`, name]));
  const server = await startGithub({ directory: join(scratch, 'github'), tokens, maintainer: 'bot' });
  return {
    scratch,
    createProject: async (project) => ({ url: await server.createRepository(project) }),
    forge: ({ project, as, ...options }) => {
      const token = as === 'nobody' ? {} : { token: `${as}-token` };
      return githubForge({ baseUrl: server.url, project, fetch, clock: impatient, ...token, ...options });
    },
    downForge: (project) => githubForge({ baseUrl: 'http://127.0.0.1:1', project, fetch, clock: impatient }),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await rm(scratch, { recursive: true, force: true });
    },
  };
}
