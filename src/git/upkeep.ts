import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runGit } from './run-git.ts';

/** No ref may end in `.lock`; the other names are Git's own, and are looked for where Git puts them only. */
const LEFTOVER = /\.lock$|^fast_import_crash_\d+$|^objects\/(.*\/)?tmp_[\w-]+$|^objects\/incoming-\w+$/;
const MANY_LOOSE = 5000;

/**
 * Makes a repository that no living process writes fit for use: removes what killed processes left behind (Git refuses to
 * work beside a lock), and packs loose objects when they have become many. Deletes no object.
 */
export async function tidyRepository(directory: string): Promise<void> {
  const names = await readdir(directory, { recursive: true });
  const stale = names.filter((name) => LEFTOVER.test(name.replaceAll('\\', '/')));
  await Promise.all(stale.map((name) => rm(join(directory, name), { recursive: true, force: true })));
  const loose = names.filter((name) => /^objects.[0-9a-f]{2}.[0-9a-f]{38}$/.test(name)).length;
  if (loose > MANY_LOOSE) await runGit({ args: ['repack', '-d', '-q'], directory });
}
