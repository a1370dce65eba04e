/**
 * Writes the table of domains into ARCHITECTURE.md from tools/boundaries/domains.json; `--check` exits 1 when it is stale.
 * @module
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

interface Domain {
  readonly layer: number;
  readonly domain: string;
  readonly holds: string;
  readonly imports: readonly string[];
}

const root = new URL('../../', import.meta.url);
const file = new URL('ARCHITECTURE.md', root);
const domains = JSON.parse(readFileSync(new URL('tools/boundaries/domains.json', root), 'utf8')) as readonly Domain[];

for (const { domain } of domains) {
  if (!existsSync(new URL(`src/${domain}/index.ts`, root)))
    fail(`domains.json names ${domain}, which has no door index.ts`);
}

const rows = domains.map(({ layer, domain, holds, imports }) => {
  const list = imports.includes('*') ? 'everything' : imports.join(', ') || '—';
  return `| ${layer} | \`${domain}\` | ${holds} | ${list} |`;
});
const table = ['| layer | domain | holds | may import |', '|---|---|---|---|', ...rows].join('\n');

const text = readFileSync(file, 'utf8');
const fresh = text.replace(
  /(<!-- domains:begin -->\n)[\s\S]*(<!-- domains:end -->)/,
  (_, begin: string, end: string) => `${begin}${table}\n${end}`,
);
if (process.argv.includes('--check')) {
  if (fresh !== text) fail('ARCHITECTURE.md is stale: run npm run generate');
} else {
  writeFileSync(file, fresh);
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
