import { join } from 'node:path';
import { z } from 'zod';
import { RefusedError } from '../../core/index.ts';
import { readOptional } from './data-directory.ts';

export const INSTANCE_FILE = 'instance.json';

const addressesSchema = z.object({
  page: z.string(),
  issuer: z.string(),
  clientId: z.string(),
  forge: z.string(),
  registry: z.string(),
  clusters: z.record(z.string(), z.object({ kubeconfig: z.string(), server: z.string() })),
  users: z.array(z.object({ name: z.string(), password: z.string(), groups: z.array(z.string()) })),
});

/** Where a running standalone instance answers; kept, readable by its owner only, in its data directory. */
export type InstanceAddresses = z.infer<typeof addressesSchema>;

/**
 * The addresses of the instance on a data directory.
 * @throws RefusedError when none has ever been started there
 */
export async function readInstance(directory: string): Promise<InstanceAddresses> {
  const text = await readOptional(join(directory, INSTANCE_FILE));
  if (text === undefined) {
    throw new RefusedError(
      `Cannot find a stoa-cd in ${directory}: start one with stoa-cd up, or name its folder with --data`,
    );
  }
  return addressesSchema.parse(JSON.parse(text));
}
