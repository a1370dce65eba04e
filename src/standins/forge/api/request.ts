import type { Context } from 'hono';
import { z } from 'zod';
import { GitError } from '../../../git/index.ts';
import type { Account, Accounts } from '../accounts.ts';
import { badRequest, notFound, unauthorized } from '../errors.ts';
import type { GitlabJson } from '../gitlab-json.ts';
import type { MergeRequests } from '../merge-requests.ts';
import type { RefUpdate } from '../protection.ts';
import type { Repositories } from '../repositories.ts';
import type { ForgeDatabase } from '../store/database.ts';
import type { ProjectRow, Visibility } from '../store/project-store.ts';
import type { Clock } from '../../../core/index.ts';

export interface ApiPorts {
  readonly accounts: Accounts;
  readonly database: ForgeDatabase;
  readonly repositories: Repositories;
  readonly mergeRequests: MergeRequests;
  readonly json: GitlabJson;
  readonly clock: Clock;
  readonly createProject: (path: string, visibility: Visibility) => Promise<ProjectRow>;
  readonly pushed: (project: ProjectRow, updates: readonly RefUpdate[], user: string) => Promise<void>;
}

const MAX_BODY = 2 * 1024 * 1024;
const MAX_PAGE = 100;
const USUAL_PAGE = 20;

/** Reads requests as GitLab's API does. */
export class ApiRequests {
  readonly #ports: Pick<ApiPorts, 'accounts' | 'database'>;

  constructor(ports: Pick<ApiPorts, 'accounts' | 'database'>) {
    this.#ports = ports;
  }

  /** Who asks; `undefined` for nobody in particular. @throws ForgeHttpError 401 for wrong credentials */
  async caller(c: Context): Promise<Account | undefined> {
    const account = await this.#ports.accounts.of(c.req.raw.headers);
    if (account === 'refused') throw unauthorized();
    return account;
  }

  /** @throws ForgeHttpError 401 */
  async account(c: Context): Promise<Account> {
    const account = await this.caller(c);
    if (account === undefined) throw unauthorized();
    return account;
  }

  /** The project of the address, by id or path. @throws ForgeHttpError 404, also for a private one and no credentials */
  async project(c: Context): Promise<ProjectRow> {
    const id = c.req.param('id') ?? '';
    const caller = await this.caller(c);
    const project = this.#ports.database.projects.project(/^\d+$/.test(id) ? Number(id) : id);
    if (project === undefined || (project.visibility === 'private' && caller === undefined)) throw notFound('Project');
    return project;
  }
}

export function iidOf(c: Context): number {
  return Number(c.req.param('iid'));
}

/** The body, as JSON or a form, with the query beneath it. @throws ForgeHttpError 400 */
export async function bodyOf<T>(c: Context, schema: z.ZodType<T>): Promise<T> {
  const text = await textOf(c.req.raw);
  const isForm = /^(application\/x-www-form-urlencoded|multipart\/)/.test(c.req.header('content-type') ?? '');
  const sent = isForm ? Object.fromEntries(new URLSearchParams(text)) : jsonOf(text);
  const isObject = typeof sent === 'object' && sent !== null && !Array.isArray(sent);
  const parsed = schema.safeParse(isObject ? { ...c.req.query(), ...sent } : sent);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw badRequest(`${issue?.path.join('.') || 'body'} is invalid: ${issue?.message ?? ''}`);
}

async function textOf(request: Request): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const body: AsyncIterable<Uint8Array> | readonly Uint8Array[] = request.body ?? [];
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAX_BODY) throw badRequest(`The body is over ${MAX_BODY} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text === '' ? '{}' : text);
  } catch {
    throw badRequest('The body is not JSON');
  }
}

/** The part of a list that is asked for, with GitLab's headers; `show`, which may answer later, is called for that part only. */
export async function pageOf<T>(c: Context, items: readonly T[], show: (item: T) => object): Promise<Response> {
  const size = Math.min(MAX_PAGE, positive(c.req.query('per_page')) ?? USUAL_PAGE);
  const page = positive(c.req.query('page')) ?? 1;
  const pages = Math.max(1, Math.ceil(items.length / size));
  const next = page < pages ? page + 1 : undefined;
  const previous = page > 1 ? page - 1 : undefined;
  c.header('x-total', String(items.length));
  c.header('x-total-pages', String(pages));
  c.header('x-page', String(page));
  c.header('x-per-page', String(size));
  c.header('x-next-page', next === undefined ? '' : String(next));
  c.header('x-prev-page', previous === undefined ? '' : String(previous));
  const links = { prev: previous, next, first: 1, last: pages };
  c.header('link', linksOf(c.req.url, links));
  return c.json(await Promise.all(items.slice((page - 1) * size, page * size).map(async (item) => show(item))));
}

function linksOf(address: string, pages: Readonly<Record<string, number | undefined>>): string {
  const links = Object.entries(pages).flatMap(([rel, page]) => {
    if (page === undefined) return [];
    const url = new URL(address);
    url.searchParams.set('page', String(page));
    return [`<${url.href}>; rel="${rel}"`];
  });
  return links.join(', ');
}

function positive(text: string | undefined): number | undefined {
  const number = Number(text);
  return Number.isSafeInteger(number) && number > 0 ? number : undefined;
}

/** For a look-up by a name that comes from outside: what Git cannot read is not there. */
export function asMissing(error: unknown): undefined {
  if (error instanceof GitError && (error.code === 'INVALID' || error.code === 'NOT_FOUND')) return undefined;
  throw error;
}

/** Labels as the API takes them: a list, or a text with commas. */
export const labelsSchema = z
  .union([z.string(), z.array(z.string())])
  .transform((labels) =>
    (typeof labels === 'string' ? labels.split(',') : labels).map((label) => label.trim()).filter(Boolean),
  );
