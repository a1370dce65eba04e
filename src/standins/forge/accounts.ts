import { createHash, timingSafeEqual } from 'node:crypto';

export interface ForgeUser {
  readonly name: string;
  readonly groups: readonly string[];
}

export interface Machine {
  readonly name: string;
  readonly token: string;
  /** `maintainer` may push to and merge into protected branches. */
  readonly role: 'developer' | 'maintainer';
}

/** Somebody who is known to the forge, and what they may do. */
export interface Account extends ForgeUser {
  readonly role: 'guest' | 'developer' | 'maintainer';
  readonly isMachine: boolean;
}

export interface AccountOptions {
  /** People: name and password, of Git and the API. */
  readonly authenticate: (name: string, password: string) => Promise<ForgeUser | undefined>;
  /** Access tokens of the identity provider. */
  readonly verifyToken?: (token: string) => Promise<ForgeUser | undefined>;
  readonly machines: readonly Machine[];
}

/** Who a request comes from. */
export class Accounts {
  readonly #options: AccountOptions;

  constructor(options: AccountOptions) {
    this.#options = options;
  }

  /** `undefined` when the request carries no credentials. @returns `'refused'` when it carries wrong ones */
  async of(headers: Headers): Promise<Account | 'refused' | undefined> {
    const privateToken = headers.get('private-token');
    if (privateToken !== null) return (await this.#byToken(privateToken)) ?? 'refused';
    const [scheme = '', value = ''] = (headers.get('authorization') ?? '').split(' ');
    if (scheme === '') return undefined;
    if (scheme.toLowerCase() === 'bearer') return (await this.#byToken(value)) ?? 'refused';
    if (scheme.toLowerCase() !== 'basic') return 'refused';
    const [name = '', ...rest] = Buffer.from(value, 'base64').toString().split(':');
    return (await this.#byPassword(name, rest.join(':'))) ?? 'refused';
  }

  /** As on GitLab, a token is as good as a password whatever name comes with it, except another machine's. */
  async #byPassword(name: string, password: string): Promise<Account | undefined> {
    const machine = this.#options.machines.find((one) => one.name === name);
    if (machine !== undefined) return sameSecret(machine.token, password) ? machineAccount(machine) : undefined;
    if (name === 'oauth2') return this.#byToken(password);
    return this.#machineOf(password) ?? this.#person(await this.#options.authenticate(name, password));
  }

  async #byToken(token: string): Promise<Account | undefined> {
    return this.#machineOf(token) ?? this.#person(await this.#options.verifyToken?.(token));
  }

  #machineOf(token: string): Account | undefined {
    const machine = this.#options.machines.find((one) => sameSecret(one.token, token));
    return machine === undefined ? undefined : machineAccount(machine);
  }

  /**
   * People of an auditing group, or of none, read only; everybody else may propose changes. Nobody takes the name of a
   * machine.
   */
  #person(user: ForgeUser | undefined): Account | undefined {
    if (user === undefined || this.#options.machines.some(({ name }) => name === user.name)) return undefined;
    const readsOnly = user.groups.every((group) => group === 'auditors');
    return { ...user, role: readsOnly ? 'guest' : 'developer', isMachine: false };
  }
}

function machineAccount({ name, role }: Machine): Account {
  return { name, groups: [], role, isMachine: true };
}

/** Projects are made by machines and developers. */
export function mayCreateProjects({ isMachine, groups }: Account): boolean {
  return isMachine || groups.includes('developers');
}

/** Compares in constant time, whatever the lengths. */
export function sameSecret(a: string, b: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}
