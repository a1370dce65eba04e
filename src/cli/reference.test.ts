import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { commands } from './commands/index.ts';
import { commandReference } from './reference.ts';

it('docs/cli.md says what the commands are; npm run generate writes it', () => {
  const written = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');

  expect(commandReference(commands)).toBe(written);
});
