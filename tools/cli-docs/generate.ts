/**
 * Writes docs/cli.md from the commands themselves.
 * @module
 */
import { writeFileSync } from 'node:fs';
import { commandReference, commands } from '../../src/cli/index.ts';

writeFileSync(new URL('../../docs/cli.md', import.meta.url), commandReference(commands));
