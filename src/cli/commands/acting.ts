import { resolve } from 'node:path';
import { UsageError } from '../../core/index.ts';
import type { CommandContext, Input } from '../command.ts';
import { signIn } from '../wire/api-client.ts';
import type { ApiClient } from '../wire/api-client.ts';
import { readInstance } from '../wire/instance-file.ts';
import { networkFetch } from '../wire/network.ts';
import type { InstanceAddresses } from '../wire/instance-file.ts';

/** The instance that `--data` names. */
export async function instanceOf(input: Input, { cwd }: CommandContext): Promise<InstanceAddresses> {
  return readInstance(resolve(cwd, input.options['data'] ?? '.stoa-cd'));
}

/** The API of the running instance, as the user that `--user` or STOA_CD_USER names. */
export async function actAs(input: Input, context: CommandContext): Promise<ApiClient> {
  const instance = await instanceOf(input, context);
  const user = input.options['user'] ?? context.env['STOA_CD_USER'];
  if (user === undefined) {
    const names = instance.users.map(({ name }) => name).join(', ');
    throw new UsageError(`Cannot tell who you are: give --user (${names}) or set STOA_CD_USER`);
  }
  return signIn({
    instance,
    user,
    password: context.env['STOA_CD_PASSWORD'],
    fetch: networkFetch,
    signal: context.signal,
  });
}
