import type { OptionSpec } from '../command.ts';

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
