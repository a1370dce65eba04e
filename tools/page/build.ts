/**
 * Builds the page when its sources are newer than what was built.
 * @module
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const web = fileURLToPath(new URL('../../web/', import.meta.url));
const built = `${web}dist/index.html`;

const sources = [`${web}src`, `${web}index.html`, `${web}vite.config.ts`].filter((path) => existsSync(path));
if (!existsSync(built) || newest(sources) > statSync(built).mtimeMs) {
  const vite = fileURLToPath(new URL('../../node_modules/.bin/vite', import.meta.url));
  execFileSync(vite, ['build', '--logLevel', 'warn'], { cwd: web, stdio: ['ignore', 'ignore', 'inherit'] });
}

function newest(paths: readonly string[]): number {
  return Math.max(
    ...paths.map((path) => {
      const stat = statSync(path);
      return stat.isDirectory() ? newest(readdirSync(path).map((name) => `${path}/${name}`)) : stat.mtimeMs;
    }),
  );
}
