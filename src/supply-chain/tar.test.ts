import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createTar } from './tar.ts';

describe(createTar, () => {
  it('is read by tar, long paths and modes included', () => {
    const long = `${'folder/'.repeat(20)}${'n'.repeat(90)}`;
    const directory = mkdtempSync(join(tmpdir(), 'stoa-tar-'));
    const file = join(directory, 'x.tar');
    writeFileSync(
      file,
      createTar([
        { path: 'run', content: 'x', mode: 0o755 },
        { path: long, content: 'long' },
      ]),
    );

    const listed = execFileSync('tar', ['-tvf', file]).toString();
    const content = execFileSync('tar', ['-xOf', file, long]).toString();
    rmSync(directory, { recursive: true });

    expect(listed.split('\n')[0]).toMatch(/^-rwxr-xr-x 0\/0 +1 .* run$/);
    expect(content).toBe('long');
  });

  it.each([
    { reason: 'a name over 100 bytes', path: 'n'.repeat(101) },
    { reason: 'folders over 155 bytes', path: `${'f'.repeat(156)}/${'n'.repeat(100)}` },
  ])('refuses $reason', ({ path }) => {
    expect(() => createTar([{ path, content: '' }])).toThrow(RangeError);
  });

  it('gives the same bytes for the same files', () => {
    const files = [{ path: 'a', content: 'b' }];

    expect(createTar(files)).toEqual(createTar(files));
  });
});
