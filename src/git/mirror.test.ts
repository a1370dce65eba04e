import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openMirror } from './mirror.ts';
import type { CommitRequest, Mirror } from './port.ts';

let scratch: string;
let remote: string;
let mirror: Mirror;
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'stoa-git-'));
  remote = join(scratch, 'remote.git');
  execFileSync('git', ['init', '-q', '--bare', '-b', 'main', remote]);
  mirror = await openMirror({ url: pathToFileURL(remote).href, directory: join(scratch, 'mirror') });
});
afterEach(async () => {
  await mirror[Symbol.asyncDispose]();
  await rm(scratch, { recursive: true, force: true });
});

const author = { name: 'Alice Martin', email: 'alice@example.com' };
const request = (files: Record<string, string | null>, parent?: string): CommitRequest => ({
  ref: 'refs/heads/main',
  files: new Map(Object.entries(files)),
  message: 'Change things\n\nBecause.',
  author,
  at: Date.UTC(2026, 0, 15),
  ...(parent === undefined ? {} : { parent }),
});
const other = (): Promise<Mirror> => openMirror({ url: mirror.url, directory: join(scratch, 'other') });

describe(openMirror, () => {
  it('commits and pushes without a work tree, and another mirror reads it', async () => {
    const first = await mirror.push(request({ 'a/x.yaml': 'x: 1\n', 'b.txt': 'ü\n' }));
    const second = await mirror.push(request({ 'a/x.yaml': null, 'a/y.yaml': 'y: 2\n' }, first));

    await using reader = await other();
    expect(await reader.fetch()).toBe(true);
    expect(await reader.fetch()).toBe(false);
    expect(await reader.resolve('main')).toBe(second);
    expect((await reader.tree('main')).map(({ path }) => path)).toEqual(['a/y.yaml', 'b.txt']);
    expect((await reader.tree('main', 'a')).map(({ path }) => path)).toEqual(['y.yaml']);
    expect(await reader.file('main', 'b.txt')).toBe('ü\n');
    expect(await reader.file('main', 'a/x.yaml')).toBeUndefined();
    expect((await reader.changes(first, second)).map(({ path }) => path)).toEqual(['a/x.yaml', 'a/y.yaml']);
    expect(await reader.isAncestor(first, second)).toBe(true);
    expect(await reader.isAncestor(second, first)).toBe(false);
    expect((await reader.log({ to: second })).map(({ sha }) => sha)).toEqual([first, second]);
    expect(await reader.commit(second)).toMatchObject({
      parents: [first],
      author,
      message: 'Change things\n\nBecause.\n',
    });
  });

  it('refuses a push on top of something that is no longer there', async () => {
    const first = await mirror.push(request({ a: '1' }));
    await using late = await other();
    await late.fetch();
    await mirror.push(request({ a: '2' }, first));

    await expect(late.push(request({ a: '3' }, first))).rejects.toMatchObject({ code: 'REJECTED' });
    await expect(late.push(request({ a: '3' }))).rejects.toMatchObject({ code: 'REJECTED' });
  });

  it('moves a ref forward only, by compare and swap', async () => {
    const first = await mirror.push(request({ a: '1' }));
    const second = await mirror.push(request({ a: '2' }, first));
    const ref = 'refs/heads/approved/prod';

    await mirror.moveRef(ref, { after: first });
    await expect(mirror.moveRef(ref, { after: second })).rejects.toMatchObject({ code: 'REJECTED' });
    await mirror.moveRef(ref, { before: first, after: second });
    await expect(mirror.moveRef(ref, { before: second, after: first })).rejects.toMatchObject({ code: 'REJECTED' });

    await using reader = await other();
    await reader.fetch();
    expect(await reader.resolve(ref)).toBe(second);
  });

  it('forgets branches that the remote no longer has', async () => {
    const first = await mirror.push(request({ a: '1' }));
    await mirror.moveRef('refs/heads/topic', { after: first });
    await using reader = await other();
    await reader.fetch();

    await mirror.moveRef('refs/heads/topic', { before: first });

    expect(await reader.fetch()).toBe(true);
    expect(await reader.resolve('topic')).toBeUndefined();
  });

  it('is made anew when its folder is broken, and ignores stale locks', async () => {
    const first = await mirror.push(request({ a: '1' }));
    await writeFile(join(scratch, 'mirror', 'HEAD'), 'nonsense');
    await using again = await openMirror({ url: mirror.url, directory: join(scratch, 'mirror') });
    await writeFile(join(scratch, 'mirror', 'packed-refs.lock'), '');
    await using third = await openMirror({ url: mirror.url, directory: join(scratch, 'mirror') });

    await third.fetch();

    expect(await again.resolve('main')).toBe(first);
  });

  it.each([
    { reason: 'a path that climbs', call: () => mirror.file('main', '../../etc/passwd'), code: 'INVALID' },
    { reason: 'a revision that is an option', call: () => mirror.resolve('--upload-pack=x'), code: 'INVALID' },
    { reason: 'a revision with a range', call: () => mirror.resolve('a..b'), code: 'INVALID' },
    { reason: 'a missing commit', call: () => mirror.commit('1'.repeat(40)), code: 'NOT_FOUND' },
    { reason: 'a missing tree', call: () => mirror.tree('1'.repeat(40)), code: 'NOT_FOUND' },
  ])('refuses $reason', async ({ call, code }) => {
    await expect((async () => call())()).rejects.toMatchObject({ code });
  });

  it('says that a remote cannot be reached', async () => {
    await using gone = await openMirror({ url: 'http://127.0.0.1:1/x.git', directory: join(scratch, 'gone') });

    await expect(gone.fetch()).rejects.toMatchObject({ code: 'UNREACHABLE', retryable: true });
  });

  it('refuses other protocols', async () => {
    await expect(openMirror({ url: 'ext::sh -c x', directory: join(scratch, 'x') })).rejects.toMatchObject({
      code: 'INVALID',
    });
  });
});
