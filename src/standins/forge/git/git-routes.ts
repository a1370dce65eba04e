import type { Logger } from '../../../core/index.ts';
import type { Account, Accounts } from '../accounts.ts';
import { mayCreateProjects } from '../accounts.ts';
import { ForgeHttpError, forbidden, notFound } from '../errors.ts';
import type { MergeRequests } from '../merge-requests.ts';
import { ZERO, refusalOfUpdate, ruleOf } from '../protection.ts';
import type { RefUpdate } from '../protection.ts';
import { checkProjectPath } from '../repositories.ts';
import type { Repositories } from '../repositories.ts';
import type { ProjectRow, ProjectStore } from '../store/project-store.ts';
import { packet } from './pkt-line.ts';
import { readPushCommands, refusalReport, remarkPacket } from './push-commands.ts';
import type { PushCommands } from './push-commands.ts';
import { proposeByPush } from './push-options.ts';
import { bodyOf, bytesOf, runToEnd, streamGit } from './serve-git.ts';

export interface GitPorts {
  readonly accounts: Accounts;
  readonly projects: ProjectStore;
  readonly repositories: Repositories;
  readonly createProject: (path: string) => Promise<ProjectRow>;
  /** Told of the refs that a push has moved. */
  readonly pushed: (project: ProjectRow, updates: readonly RefUpdate[], user: string) => Promise<void>;
  readonly mergeRequests: MergeRequests;
  /** Of the forge. */
  readonly url: string;
  readonly logger: Logger;
}

const PATH = /^\/(?<path>[^?]+?)(\.git)?\/(?<action>info\/refs|git-upload-pack|git-receive-pack)$/;
const SERVICES = ['git-upload-pack', 'git-receive-pack'] as const;
const MAX_REQUEST = 16 * 1024 * 1024;
const MAX_PACK = 256 * 1024 * 1024;
const PUSH_OPTIONS = ['-c', 'receive.advertisePushOptions=true'];
export const REALM = { 'www-authenticate': 'Basic realm="stoa-cd forge"' };

interface GitCall {
  readonly path: string;
  readonly action: string;
  readonly service: (typeof SERVICES)[number];
  readonly request: Request;
}

/** Git over smart HTTP (gitprotocol-http). */
export class GitRoutes {
  readonly #ports: GitPorts;

  constructor(ports: GitPorts) {
    this.#ports = ports;
  }

  /** `undefined` when the request is none of Git's. @throws ForgeHttpError */
  async serve(request: Request): Promise<Response | undefined> {
    const url = new URL(request.url);
    const { path, action } = PATH.exec(url.pathname)?.groups ?? {};
    if (path === undefined || action === undefined) return undefined;
    const name = action === 'info/refs' ? url.searchParams.get('service') : action;
    const service = SERVICES.find((one) => one === name);
    if (service === undefined)
      throw new ForgeHttpError(403, 'Only the smart protocol is served: use Git 1.6.6 or newer');
    if (request.method !== (action === 'info/refs' ? 'GET' : 'POST'))
      throw new ForgeHttpError(405, '405 Method Not Allowed');
    return this.#serve({ path: decode(path), action, service, request });
  }

  async #serve(call: GitCall): Promise<Response> {
    const { action, service, request } = call;
    const account = await this.#ports.accounts.of(request.headers);
    const writes = service === 'git-receive-pack';
    if (account === 'refused' || (writes && account === undefined)) return challenge();
    const project = await this.#project(call, account);
    if (project === undefined) return challenge();
    if (writes && account?.role === 'guest') throw forbidden('You are not allowed to push code to this project.');
    if (action === 'info/refs') return this.#advertise(project, call);
    return writes && account !== undefined
      ? this.#receive(project, { account, request })
      : this.#upload(project, request);
  }

  /** Pushing to a project that is not there makes it, as on GitLab. `undefined`: the caller must say who it is. */
  async #project({ path, service }: GitCall, account: Account | undefined): Promise<ProjectRow | undefined> {
    const project = this.#ports.projects.project(path);
    if (project !== undefined) return project.visibility === 'public' || account !== undefined ? project : undefined;
    if (account === undefined) return undefined;
    if (service === 'git-upload-pack' || !mayCreateProjects(account)) throw notFound('Project');
    return this.#ports.createProject(checkProjectPath(path));
  }

  #advertise(project: ProjectRow, { service, request }: GitCall): Response {
    const { repositories, logger } = this.#ports;
    const args = [
      ...PUSH_OPTIONS,
      service.slice('git-'.length),
      '--stateless-rpc',
      '--advertise-refs',
      repositories.directory(project.path),
    ];
    const head = Buffer.concat([packet(`# service=${service}\n`), Buffer.from('0000')]);
    const refs = streamGit({ args, request, logger }, Buffer.alloc(0));
    // From version 2 on the banner is left out by git itself, but clients accept it in every version.
    return answer(prepend(head, refs), `application/x-${service}-advertisement`);
  }

  async #upload(project: ProjectRow, request: Request): Promise<Response> {
    const { repositories, logger } = this.#ports;
    const args = ['upload-pack', '--stateless-rpc', repositories.directory(project.path)];
    const wants = await bytesOf(bodyOf(request, MAX_REQUEST));
    return answer(streamGit({ args, request, logger }, wants), 'application/x-git-upload-pack-result');
  }

  async #receive(
    project: ProjectRow,
    { account, request }: { readonly account: Account; readonly request: Request },
  ): Promise<Response> {
    const { repositories, logger, pushed } = this.#ports;
    const commands = await readPushCommands(bodyOf(request, MAX_PACK));
    const input = concat(commands.head, commands.rest);
    const reason = commands.updates
      .map((update) => refusalOfUpdate(update, account))
      .find((text) => text !== undefined);
    if (reason !== undefined) {
      await drain(input); // A client that still sends would not hear the answer.
      return answer(refusalReport(commands, reason), 'application/x-git-receive-pack-result');
    }
    const before = await repositories.refs(project.path);
    const args = [
      ...settingsFor(commands.updates),
      'receive-pack',
      '--stateless-rpc',
      repositories.directory(project.path),
    ];
    let updates: readonly RefUpdate[];
    let report: Buffer;
    try {
      report = await runToEnd({ args, request, logger }, input);
    } finally {
      const after = await repositories.refs(project.path);
      updates = commands.updates.filter(({ ref }) => before.get(ref) !== after.get(ref));
      if (updates.length > 0) await pushed(project, updates, account.name);
    }
    const remarks = await this.#propose(project, { account, commands, updates });
    return answer(Buffer.concat([...remarks, report]), 'application/x-git-receive-pack-result');
  }

  /** Opens the merge requests that the push asks for. @returns what the client prints of it */
  async #propose(project: ProjectRow, { account, commands, updates }: Pushed): Promise<readonly Buffer[]> {
    const branches = updates
      .filter(({ ref, after }) => ref.startsWith('refs/heads/') && after !== ZERO)
      .map(({ ref }) => ref.slice('refs/heads/'.length));
    const told = await proposeByPush({ project, account, branches, options: commands.options }, this.#ports);
    return commands.capabilities.includes('side-band-64k') ? told.map(remarkPacket) : [];
  }
}

interface Pushed {
  readonly account: Account;
  readonly commands: PushCommands;
  /** Those that were carried out. */
  readonly updates: readonly RefUpdate[];
}

/** Git knows whether an update rewrites a branch; it is told to refuse that where a protected one is among them. */
function settingsFor(updates: readonly RefUpdate[]): readonly string[] {
  const limit = [...PUSH_OPTIONS, '-c', `receive.maxInputSize=${MAX_PACK}`];
  const isStrict = updates.some(({ ref }) => ruleOf(ref.replace(/^refs\/heads\//, '')) !== undefined);
  return isStrict ? [...limit, '-c', 'receive.denyNonFastForwards=true'] : limit;
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw notFound('Project');
  }
}

async function* concat(head: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield head;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

function prepend(head: Uint8Array, rest: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const start = (controller: TransformStreamDefaultController<Uint8Array>): void => controller.enqueue(head);
  return rest.pipeThrough(new TransformStream({ start }));
}

async function drain(body: AsyncIterator<Uint8Array>): Promise<void> {
  while ((await body.next()).done !== true);
}

function answer(body: ReadableStream<Uint8Array> | Uint8Array, type: string): Response {
  const content = body instanceof Uint8Array ? new Uint8Array(body) : body;
  return new Response(content, { headers: { 'content-type': type, 'cache-control': 'no-cache' } });
}

function challenge(): Response {
  return new Response('HTTP Basic: Access denied\n', { status: 401, headers: REALM });
}
