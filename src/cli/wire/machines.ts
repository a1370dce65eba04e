import { join } from 'node:path';
import { RefusedError, randomSecret } from '../../core/index.ts';
import { readOptional } from './data-directory.ts';
import type { DataDirectory } from './data-directory.ts';

/** Accounts of machines on the forge, with their tokens. */
export interface Machines {
  /** Opens bump merge requests; may not merge, and has no access to any cluster. */
  readonly ci: string;
  /** The delivery bot: merges by policy, moves approved refs, writes evidence. */
  readonly bot: string;
  /** Shared secret of the forge's webhooks. */
  readonly webhook: string;
  /** Key of the page's session cookies, base64url. */
  readonly session: string;
}

export const CI_USER = 'ci';
export const BOT_USER = 'stoa-cd';
export const BOT_IDENTITY = { name: 'stoa-cd', email: 'stoa-cd@stoa.invalid' } as const;

const FILE = 'machines.json';

/** The machine accounts of a data directory, made at its first start. */
export async function loadMachines(data: DataDirectory): Promise<Machines> {
  const text = await data.read(FILE);
  if (text !== undefined) return JSON.parse(text) as Machines;
  const machines: Machines = {
    ci: randomSecret(),
    bot: randomSecret(),
    webhook: randomSecret(),
    session: Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url'),
  };
  await data.write(FILE, JSON.stringify(machines, null, 2));
  return machines;
}

/** The machine accounts of a data directory that another process holds. @throws RefusedError where there are none */
export async function readMachines(directory: string): Promise<Machines> {
  const text = await readOptional(join(directory, FILE));
  if (text === undefined) throw new RefusedError(`Cannot find the machine accounts in ${directory}`);
  return JSON.parse(text) as Machines;
}
