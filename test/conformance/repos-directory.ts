import { parseManifest, selectManifests } from '../../src/gitops/directory-source.ts';
import type { Verdict } from './verdict.ts';

interface DirectoryCase {
  readonly files: Readonly<Record<string, string>>;
  readonly objects: number;
  readonly kinds: readonly string[] | Readonly<Record<string, number>>;
}

/** Plain folders of public repositories: every manifest loads, as the kinds that are named. */
export async function run(testCase: DirectoryCase): Promise<Verdict> {
  const entries = Object.keys(testCase.files).map((path) => ({ path, oid: path }));
  const objects = selectManifests(entries, { recurse: true }).flatMap(({ path }) =>
    parseManifest(path, testCase.files[path] ?? ''),
  );
  const found = [...new Set(objects.map(({ kind }) => kind))].sort();
  const kinds = Array.isArray(testCase.kinds)
    ? [...(testCase.kinds as readonly string[])]
    : Object.keys(testCase.kinds);
  const expected = [...new Set(kinds)].sort();
  if (objects.length !== testCase.objects) {
    return { verdict: 'failed', reason: `${objects.length} objects instead of ${testCase.objects}` };
  }
  if (found.join() === expected.join()) return { verdict: 'passed' };
  return { verdict: 'failed', reason: `kinds ${found.join()} instead of ${expected.join()}` };
}
