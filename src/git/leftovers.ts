import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** No ref may end in `.lock`; the other names are Git's own, and are looked for where Git puts them only. */
const LEFTOVER = /\.lock$|^fast_import_crash_\d+$|^objects\/(.*\/)?tmp_[\w-]+$|^objects\/incoming-\w+$/;

/** Removes what killed processes left behind in a repository that no living process writes. Git refuses to work beside a lock. */
export async function removeLeftovers(directory: string): Promise<void> {
  const names = await readdir(directory, { recursive: true });
  const stale = names.filter((name) => LEFTOVER.test(name.replaceAll('\\', '/')));
  await Promise.all(stale.map((name) => rm(join(directory, name), { recursive: true, force: true })));
}
