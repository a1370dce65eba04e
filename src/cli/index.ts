/**
 * Commands and the composition root: the only domain that reads the environment, chooses adapters and starts stand-ins.
 * @module
 */
export { commands } from './commands/index.ts';
export { commandReference } from './reference.ts';
export { startInstance } from './wire/instance.ts';
export type { Instance, InstanceOptions } from './wire/instance.ts';
