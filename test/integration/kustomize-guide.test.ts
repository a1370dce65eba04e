import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { validate } from '../../src/validation/index.ts';
import type { Finding } from '../../src/validation/index.ts';

const guide = join(import.meta.dirname, '../../docs/guide');
const folders = readdirSync(join(guide, 'exercises')).sort();
const exercises = [
  ...readFileSync(join(guide, 'kustomize.md'), 'utf8').matchAll(/^\| \[(\S+)\]\(exercises\/\1\) \|.*\| `(\S+)` \|$/gm),
].map(([, name = '', rule = '']) => ({ name, rule }));

async function findingsIn(...path: readonly string[]): Promise<readonly Finding[]> {
  const root = join(guide, 'exercises', ...path);
  return (await validate(root, { signal: AbortSignal.timeout(30_000) })).findings;
}

describe('the exercises of the Kustomize guide', () => {
  it('are those that the guide lists', () => {
    expect(exercises.map(({ name }) => name)).toEqual(folders);
  });

  it.each(exercises)('$name: the broken one breaks the rule $rule alone', async ({ name, rule }) => {
    expect(new Set((await findingsIn(name, 'broken')).map((finding) => finding.rule))).toEqual(new Set([rule]));
  });

  it.each(exercises)('$name: nothing is wrong with the mended one', async ({ name }) => {
    expect(await findingsIn(name, 'mended')).toEqual([]);
  });
});
