import { runBuild } from './rendered.ts';
import type { BuildCase } from './rendered.ts';
import type { Verdict } from './verdict.ts';

/** Kustomizations of public repositories. */
export async function run(testCase: BuildCase): Promise<Verdict> {
  return runBuild(testCase);
}
