/**
 * A forge: Git over smart HTTP, and the GitLab REST v4 routes that deliveries use.
 * @module
 */
export { startForge } from './forge.ts';
export type { ForgeUser, Machine } from './accounts.ts';
export type { PushEvent, PushHandler } from './events.ts';
export type { ForgeOptions, ForgeServer, ProjectOptions } from './forge.ts';
export type { RefUpdate } from './protection.ts';
