import { readFile, readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';

const SPEC = new URL('../../../docs/spec/drift.md', import.meta.url);
const HERE = new URL('.', import.meta.url);

/** First cells of the tables of "What happens when". */
async function rows(): Promise<readonly string[]> {
  const text = await readFile(SPEC, 'utf8');
  const [, section = ''] = /^## What happens when\n([\s\S]*?)\n## /m.exec(text) ?? [];
  const cells = section.split('\n').flatMap((line) => /^\| (.+?) \|/.exec(line)?.[1] ?? []);
  return cells.filter((cell) => cell !== 'injected' && cell !== 'circumstance');
}

async function tests(): Promise<string> {
  const files = (await readdir(HERE)).filter((name) => name.endsWith('.test.ts'));
  return (await Promise.all(files.map((name) => readFile(new URL(name, HERE), 'utf8')))).join('\n');
}

describe('docs/spec/drift.md', async () => {
  const text = await tests();
  const named = await rows();

  it('has its rows', () => {
    expect(named.length).toBeGreaterThan(30);
    expect(new Set(named).size).toBe(named.length);
  });

  it.each(named)('has a test for: %s', (row) => {
    expect(text).toContain(`'${row}'`);
  });
});
