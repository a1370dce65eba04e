import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeCommit } from './fast-import.ts';
import { commitTree, mergeTree } from './merge.ts';
import { openRepository } from './repository.ts';

const author = { name: 'Alice Martin', email: 'alice@example.com' };
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'stoa-merge-'));
  execFileSync('git', ['init', '-q', '--bare', directory]);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

function commit(files: Record<string, string>, parent?: string): Promise<string> {
  const request = { ref: '', files: new Map(Object.entries(files)), message: 'Change', author, at: 0 };
  return writeCommit(directory, { ...request, ...(parent === undefined ? {} : { parent }) });
}

describe(mergeTree, () => {
  it('merges two branches, and commitTree keeps both parents', async () => {
    const base = await commit({ a: '1\n' });
    const [ours, theirs] = [await commit({ b: '2\n' }, base), await commit({ c: '3\n' }, base)];

    const tree = (await mergeTree(directory, { ours, theirs })) ?? '';
    const merged = await commitTree(directory, { tree, parents: [ours, theirs], message: 'Merge', author, at: 5_000 });

    await using repository = openRepository(directory);
    expect((await repository.tree(merged)).map(({ path }) => path)).toEqual(['a', 'b', 'c']);
    expect(await repository.commit(merged)).toEqual({
      sha: merged,
      tree,
      parents: [ours, theirs],
      author: { ...author, at: 5_000 },
      committer: { ...author, at: 5_000 },
      message: 'Merge\n',
    });
  });

  it('answers nothing for a conflict and for strangers', async () => {
    const base = await commit({ a: '1\n' });
    const [ours, theirs] = [await commit({ a: '2\n' }, base), await commit({ a: '3\n' }, base)];

    expect(await mergeTree(directory, { ours, theirs })).toBeUndefined();
    expect(await mergeTree(directory, { ours, theirs: await commit({ z: 'z' }) })).toBeUndefined();
  });

  it('says that a commit is missing', async () => {
    const ours = await commit({ a: '1\n' });

    await expect(mergeTree(directory, { ours, theirs: '1'.repeat(40) })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
