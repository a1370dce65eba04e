import { GitError, runGit } from '../../git/index.ts';

/** What changed in one file. */
export interface FileDiff {
  readonly oldPath: string;
  readonly newPath: string;
  /** `0`: the file is new. */
  readonly oldMode: string;
  /** `0`: the file is deleted. */
  readonly newMode: string;
  /** Hunks, from the first `@@`; empty for a binary file. */
  readonly diff: string;
}

const MAX_FILES = 1000;

/**
 * Differences between two commits or trees, file by file in the order of their paths, the first thousand.
 * @throws GitError `NOT_FOUND` when one of them is missing
 */
export async function fileDiffs(directory: string, from: string, to: string): Promise<readonly FileDiff[]> {
  for (const sha of [from, to])
    if (!/^[0-9a-f]{40}$/.test(sha))
      throw new GitError('INVALID', `Cannot compare: ${sha.slice(0, 60)} is no commit id`);
  const options = ['--no-color', '--no-ext-diff', '--no-textconv', '--no-renames', '--full-index'];
  const raw = await runGit({ args: ['diff-tree', '-r', '-z', '--no-renames', from, to], directory });
  const patch = await runGit({ args: ['diff', ...options, '--unified=3', from, to], directory });
  const sections = patch
    .toString()
    .split(/^(?=diff --git )/m)
    .values();
  return parseRaw(raw.toString())
    .slice(0, MAX_FILES)
    .map(({ isRetyped, ...file }) => {
      const first = hunksOf(sections.next().value);
      return { ...file, diff: isRetyped ? `${first}${hunksOf(sections.next().value)}` : first };
    });
}

interface RawChange extends Omit<FileDiff, 'diff'> {
  /** A file became a link or the like: the patch shows a removal and an addition. */
  readonly isRetyped: boolean;
}

function parseRaw(output: string): readonly RawChange[] {
  const fields = output.split('\0');
  return Array.from({ length: Math.floor(fields.length / 2) }, (_, index) => {
    const [oldMode = '', newMode = '', , , letter] = (fields[index * 2] ?? '').slice(1).split(' ');
    const path = fields[index * 2 + 1] ?? '';
    const modes = { oldMode: modeOf(oldMode), newMode: modeOf(newMode) };
    return { oldPath: path, newPath: path, ...modes, isRetyped: letter === 'T' };
  });
}

function modeOf(text: string): string {
  return text === '000000' ? '0' : text;
}

function hunksOf(section = ''): string {
  const start = section.search(/^@@ /m);
  return start < 0 ? '' : section.slice(start);
}
