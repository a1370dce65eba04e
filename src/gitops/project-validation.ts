import type { AppProject } from './app-project.ts';
import { InvalidApplicationError } from './errors.ts';
import { globMatch } from './glob.ts';
import { validateWindow } from './sync-windows.ts';

const ROLE_NAME = /^[a-zA-Z0-9]([-_a-zA-Z0-9]*[a-zA-Z0-9])?$/;
const ACTIONS = new Set(['get', 'create', 'update', 'delete', 'sync', 'override', 'rollback', '*']);
const RESOURCES = new Set(['applications', 'applicationsets', 'repositories', 'clusters', 'exec', 'logs']);

function refuse(message: string): never {
  throw new InvalidApplicationError(message);
}

/**
 * Checks what the structure of the kind cannot say, as upstream does when a project is written.
 * @throws InvalidApplicationError saying what is wrong
 */
export function validateProject(project: AppProject): void {
  const { spec } = project;
  refuseDuplicates(
    'destination',
    (spec.destinations ?? []).map((entry) => `${entry.server ?? ''}/${entry.name ?? ''}/${entry.namespace ?? ''}`),
  );
  for (const { server, name, namespace } of spec.destinations ?? []) {
    if (namespace === '!*') refuse("namespace has an invalid format, '!*'");
    if (server === '!*') refuse("server has an invalid format, '!*'");
    if (name === '!*') refuse("name has an invalid format, '!*'");
  }
  refuseDuplicates('source namespace', spec.sourceNamespaces ?? []);
  refuseDuplicates('source repository', spec.sourceRepos ?? []);
  if ((spec.sourceRepos ?? []).includes('!*')) refuse("source repository has an invalid format, '!*'");
  validateRoles(project);
  validateWindows(project);
  validateServiceAccounts(spec['destinationServiceAccounts']);
}

function refuseDuplicates(what: string, values: readonly string[]): void {
  const repeated = values.find((value, index) => values.indexOf(value) !== index);
  if (repeated !== undefined) refuse(`${what} '${repeated}' already added`);
}

function validateRoles({ name: project, spec }: AppProject): void {
  const roles = spec.roles ?? [];
  refuseDuplicates(
    'role',
    roles.map(({ name }) => name),
  );
  for (const { name, policies, groups } of roles) {
    if (!ROLE_NAME.test(name))
      refuse(
        `invalid role name '${name}'. Must consist of alphanumeric characters, '-' or '_', and must start and end with an alphanumeric character`,
      );
    refuseDuplicates('policy', policies ?? []);
    for (const policy of policies ?? []) validatePolicy(policy, { project, role: name });
    refuseDuplicates('group', groups ?? []);
    for (const group of groups ?? []) validateGroupName(group);
  }
}

function validatePolicy(policy: string, at: { readonly project: string; readonly role: string }): void {
  const parts = policy.split(',').map((part) => part.trim());
  const [type, subject, resource = '', action = '', object = '', effect = ''] = parts;
  const wrong = (reason: string): never => refuse(`invalid policy rule '${policy}': ${reason}`);
  if (parts.length !== 6 || type !== 'p') wrong("must be of the form: 'p, sub, res, act, obj, eft'");
  const expected = `proj:${at.project}:${at.role}`;
  if (subject !== expected) wrong(`policy subject must be: '${expected}', not '${subject ?? ''}'`);
  if (!RESOURCES.has(resource))
    wrong(
      `project resource must be: 'applications', 'applicationsets', 'repositories', 'exec', 'logs' or 'clusters', not '${resource}'`,
    );
  if (!isValidAction(action)) wrong(`invalid action '${action}'`);
  if (!isValidObject(at.project, object))
    wrong(
      `object must be of form '${at.project}/*', '${at.project}[/<NAMESPACE>]/<APPNAME>' or '${at.project}/<APPNAME>', not '${object}'`,
    );
  if (effect !== 'allow' && effect !== 'deny') wrong(`effect must be: 'allow' or 'deny'`);
}

export function isValidAction(action: string): boolean {
  return ACTIONS.has(action) || /^(action|update|delete)\/./.test(action);
}

/** `project/application`, with globs, or with a namespace between. */
export function isValidObject(project: string, object: string): boolean {
  const escaped = project.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped}(/[*\\w-.]+)?/[*\\w-.]+$`).test(object);
}

/** A group name: commas only within double quotes, nothing around them. */
export function validateGroupName(name: string): void {
  if (name.trim() === '' || name === '""') refuse(`group '${name}' is empty`);
  if (/[\r\n\t]/.test(name) || name.trim() !== name) refuse(`group '${name}' contains invalid characters`);
  const quoted = name.length > 1 && name.startsWith('"') && name.endsWith('"');
  const inner = quoted ? name.slice(1, -1) : name;
  if (inner.includes('"')) refuse(`group '${name}' has unbalanced quotes`);
  if (!quoted && inner.includes(',')) refuse(`group '${name}' contains a comma and must be quoted`);
}

function validateWindows({ spec }: AppProject): void {
  const windows = (spec.syncWindows ?? []).filter((window) => window !== null);
  refuseDuplicates(
    'window',
    windows.map((window) => [window.kind, window.schedule, window.duration].join(':')),
  );
  for (const window of windows) {
    validateWindow(window);
    const subjects = [window.applications, window.namespaces, window.clusters];
    if (subjects.every((list) => (list ?? []).length === 0)) {
      refuse(
        `window '${window.kind ?? ''}:${window.schedule ?? ''}:${window.duration ?? ''}' requires one of application, cluster or namespace`,
      );
    }
  }
}

function validateServiceAccounts(accounts: unknown): void {
  if (!Array.isArray(accounts)) return;
  for (const account of accounts as readonly Readonly<Record<string, string | undefined>>[]) {
    const { server = '', namespace = '', defaultServiceAccount = '' } = account;
    if (server.startsWith('!') || !isGlob(server)) refuse(`server has an invalid format, '${server}'`);
    if (namespace.startsWith('!') || !isGlob(namespace)) refuse(`namespace has an invalid format, '${namespace}'`);
    if (!/^[^\s!*[\]{}\\/]+$/.test(defaultServiceAccount)) {
      refuse(`defaultServiceAccount has an invalid format, '${defaultServiceAccount}'`);
    }
  }
}

/** Whether a pattern is well formed: one that is matches itself once its special characters are taken literally. */
function isGlob(pattern: string): boolean {
  return globMatch(pattern, pattern.replace(/[*?]/g, 'x')) || !/[[\]{}]/.test(pattern);
}
