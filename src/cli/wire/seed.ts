import type { Clock } from '../../core/index.ts';
import type { Mirror } from '../../git/index.ts';
import { BOT_IDENTITY } from './machines.ts';

export interface SeedOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export interface SeedContent {
  /** Asked for only where there is no `main`. */
  readonly files: () => Promise<ReadonlyMap<string, string>>;
  /** Refs that start where `main` does. */
  readonly refs?: readonly string[];
}

/**
 * Writes the first commit of an empty repository and the refs that start at it. Does nothing where `main` exists, and
 * completes refs that a killed process left out.
 * @returns the head of `main`
 */
export async function seedRepository(
  mirror: Mirror,
  content: SeedContent,
  { clock, signal }: SeedOptions,
): Promise<string> {
  await mirror.fetch(signal);
  const first =
    (await mirror.resolve('refs/heads/main', signal)) ??
    (await firstCommit(mirror, await content.files(), { clock, signal }));
  for (const ref of content.refs ?? []) {
    if ((await mirror.resolve(ref, signal)) === undefined) await mirror.moveRef(ref, { after: first }, signal);
  }
  return first;
}

async function firstCommit(
  mirror: Mirror,
  files: ReadonlyMap<string, string>,
  { clock, signal }: SeedOptions,
): Promise<string> {
  const request = {
    ref: 'refs/heads/main',
    files,
    message: 'Write the first state from the template',
    author: BOT_IDENTITY,
    at: clock.now(),
  };
  return mirror.push(request, signal);
}
