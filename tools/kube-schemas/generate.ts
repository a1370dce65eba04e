/**
 * Writes the structure of the built-in kinds, from the models of `@kubernetes/client-node`, into one compact table;
 * `--check` exits 1 when it is stale. What the models do not tell (list types, merge keys, defaults, quantities) is in
 * the tables beside it, by hand.
 * @module
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { format } from 'prettier';
import { loadModels } from './models.ts';
import { builtinTable } from './table.ts';

const FILE = new URL('../../src/kube/schema/builtin.generated.json', import.meta.url);

const text = await format(JSON.stringify(builtinTable(await loadModels())), { parser: 'json', printWidth: 120 });

if (process.argv.includes('--check')) {
  if (!existsSync(FILE) || readFileSync(FILE, 'utf8') !== text) {
    process.stderr.write('src/kube/schema/builtin.generated.json is stale: run npm run generate\n');
    process.exit(1);
  }
} else {
  writeFileSync(FILE, text);
}
