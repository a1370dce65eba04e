import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GitError } from './errors.ts';
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

  it('keeps content, names and folders as they are given', async () => {
    const first = await mirror.push(request({ 'a b/"c"\\d.txt': 'x', dir: 'file', 'old/a': '1', 'old/b': '2' }));
    const second = await mirror.push(request({ 'dir/inner': 'data 3\nabc', 'old/a': null, empty: '' }, first));

    expect((await mirror.tree(second)).map(({ path }) => path)).toEqual([
      'a b/"c"\\d.txt',
      'dir/inner',
      'empty',
      'old/b',
    ]);
    expect(await mirror.file(second, 'a b/"c"\\d.txt')).toBe('x');
    expect(await mirror.file(second, 'dir/inner')).toBe('data 3\nabc');
    expect(await mirror.file(second, 'empty')).toBe('');
    expect([...(await mirror.refs()).keys()]).toEqual(['refs/heads/main']);
  });

  it('asks another process when the one that reads is killed', async () => {
    const first = await mirror.push(request({ a: '1' }));
    await mirror.commit(first);
    const children = execFileSync('pgrep', ['-f', `${join(scratch, 'mirror')} cat-file`])
      .toString()
      .trim()
      .split('\n');

    for (const pid of children) process.kill(Number(pid), 'SIGKILL');

    expect(await mirror.file(first, 'a')).toBe('1');
    expect(await mirror.fetch()).toBe(false);
  });

  it('is cloned again when an object is corrupt', async () => {
    const first = await mirror.push(request({ a: '1' }));
    const file = join(scratch, 'mirror', 'objects', first.slice(0, 2), first.slice(2));
    await rm(file);
    await writeFile(file, 'nonsense');

    await expect(mirror.commit(first)).rejects.toBeInstanceOf(GitError);
    await expect.poll(() => mirror.fetch()).toBe(true);

    expect(await mirror.file(first, 'a')).toBe('1');
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
    {
      reason: 'a path into the folder of Git',
      call: () => mirror.push(request({ 'x/.GIT/config': '' })),
      code: 'INVALID',
    },
    { reason: 'a ref that is no branch', call: () => mirror.moveRef('refs/x', { after: '1' }), code: 'INVALID' },
    {
      reason: 'a name with a line break',
      call: () => mirror.push({ ...request({}), author: { name: 'a\nb', email: '' } }),
      code: 'INVALID',
    },
    { reason: 'a missing parent', call: () => mirror.push(request({}, '1'.repeat(40))), code: 'NOT_FOUND' },
    { reason: 'a missing ancestor', call: () => mirror.isAncestor('1'.repeat(40), '2'.repeat(40)), code: 'NOT_FOUND' },
    { reason: 'a missing commit', call: () => mirror.commit('1'.repeat(40)), code: 'NOT_FOUND' },
    { reason: 'a missing tree', call: () => mirror.tree('1'.repeat(40)), code: 'NOT_FOUND' },
  ])('refuses $reason', async ({ call, code }) => {
    await expect((async () => call())()).rejects.toMatchObject({ code });
  });

  it('says that a remote cannot be reached', async () => {
    await using gone = await openMirror({ url: 'http://127.0.0.1:1/x.git', directory: join(scratch, 'gone') });

    await expect(gone.fetch()).rejects.toMatchObject({ code: 'UNREACHABLE', retryable: true });
  });

  it.each([
    { reason: 'another protocol', url: 'ext::sh -c x' },
    { reason: 'a path', url: '/srv/git/x.git' },
    { reason: 'credentials in the URL', url: 'http://alice:secret@127.0.0.1/x.git' },
  ])('refuses $reason', async ({ url }) => {
    const opened = openMirror({ url, directory: join(scratch, 'x') });

    await expect(opened).rejects.toMatchObject({ code: 'INVALID' });
    await expect(opened).rejects.not.toMatchObject({ message: expect.stringContaining('secret') as string });
  });

  it('lets go of a caller that aborts', async () => {
    const abort = new AbortController();
    const fetched = mirror.fetch(abort.signal);

    abort.abort(new RangeError('enough'));

    await expect(fetched).rejects.toBeInstanceOf(RangeError);
  });
});
