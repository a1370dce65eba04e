import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GitError, codeOf } from './errors.ts';
import { openMirror } from './mirror.ts';
import { runGit } from './run-git.ts';

const CREDENTIALS = { username: 'bot', password: 'pass-word-1' };
let scratch: string;
let remote: string;
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'stoa-git-'));
  remote = join(scratch, 'remote.git');
  execFileSync('git', ['init', '-q', '--bare', '-b', 'main', remote]);
});
afterEach(() => rm(scratch, { recursive: true, force: true }));

/** Pushes to a remote whose hook says this, and refuses. */
async function refusal(remarks: string): Promise<GitError> {
  const script = `#!/bin/sh\ncat >&2 <<'END'\n${remarks}\nEND\nexit 1\n`;
  await writeFile(join(remote, 'hooks', 'pre-receive'), script, { mode: 0o755 });
  await using mirror = await openMirror({
    url: pathToFileURL(remote).href,
    directory: join(scratch, 'mirror'),
    credentials: CREDENTIALS,
  });
  const author = { name: 'a', email: 'a@b' };
  const request = { ref: 'refs/heads/main', files: new Map([['a', 'b']]), message: 'First', author, at: 0 };
  return await mirror.push(request).then(
    () => expect.unreachable(),
    (error: unknown) => error as GitError,
  );
}

describe(runGit, () => {
  it('says why the remote refused a push', async () => {
    const error = await refusal('GitLab: You may not.\n\nAsk a maintainer.');

    expect(error.code).toBe('REJECTED');
    expect(error.message).toMatch(/pre-receive hook declined.*GitLab: You may not\.; Ask a maintainer\./);
  });

  it.each([
    { reason: 'the password', remark: 'bad pass-word-1 given', secret: 'pass-word-1' },
    {
      reason: 'the header',
      remark: `got ${Buffer.from('bot:pass-word-1').toString('base64')}`,
      secret: Buffer.from('bot:pass-word-1').toString('base64'),
    },
    { reason: 'a password in an address', remark: 'see https://eve:hush@forge/x', secret: 'hush' },
    { reason: 'a GitLab token', remark: 'token glpat-aBcDeFgHiJkLmNoPqRsT is old', secret: 'aBcDeFgHiJkLmNoPqRsT' },
    { reason: 'a GitHub token', remark: `token ghp_${'a'.repeat(36)} is old`, secret: 'a'.repeat(36) },
    { reason: 'an escape sequence', remark: '\x1b[31mred\x1b[0m', secret: '\x1b' },
  ])('does not repeat $reason', async ({ remark, secret }) => {
    const { message } = await refusal(`Because\n${remark}`);

    expect(message).toContain('Because');
    expect(message).not.toContain(secret);
  });

  it('repeats no more than a few lines', async () => {
    const { message } = await refusal(`${'x'.repeat(5_000)}\n`.repeat(50));

    expect(message).toContain('xxx');
    expect(message.length).toBeLessThan(1_500);
  });

  it('says one thing where the remote says nothing', async () => {
    const error = await runGit({ args: ['rev-parse', 'absent'], directory: remote }).catch((cause: unknown) => cause);

    expect(error).toBeInstanceOf(GitError);
    expect((error as GitError).message).not.toContain('remote');
  });
});

describe(codeOf, () => {
  it.each([
    {
      reason: 'a reason of the remote that sounds like another failure',
      stderr: 'remote: authentication failed: returned error: 503\n ! [remote rejected] a -> b (hook declined)',
      code: 'REJECTED',
    },
    {
      reason: 'only what the remote says',
      stderr: 'remote: Repository not found\nremote: fetch first',
      code: 'REJECTED',
    },
    {
      reason: 'what git says of the remote',
      stderr: "remote: it is protected\nfatal: unable to access 'http://x/': The requested URL returned error: 403",
      code: 'AUTHENTICATION',
    },
    { reason: 'nothing known', stderr: 'fatal: what', code: 'FAILED' },
  ])('is $code for $reason', ({ stderr, code }) => {
    expect(codeOf(stderr)).toBe(code);
  });
});
