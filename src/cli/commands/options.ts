import { UsageError } from '../../core/index.ts';
import type { Input, OptionSpec } from '../command.ts';

/** Options that several commands share. */
export const DATA: OptionSpec = {
  name: 'data',
  value: 'DIR',
  description: 'data directory of the standalone instance',
  default: '.stoa-cd',
};

export const USER: OptionSpec = {
  name: 'user',
  value: 'NAME',
  description:
    'act as this user; the password is read from STOA_CD_PASSWORD, or from the data directory for development users',
};

export const REASON: OptionSpec = { name: 'reason', value: 'TEXT', description: 'why; it goes on record' };

/** @throws UsageError where none was given */
export function reasonOf({ options }: Input): string {
  const reason = options['reason'] ?? '';
  if (reason.trim() === '') throw new UsageError('Cannot do that without a reason: give --reason');
  return reason;
}
