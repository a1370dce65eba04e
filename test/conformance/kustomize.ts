import { runBuild } from './rendered.ts';
import type { BuildCase } from './rendered.ts';
import type { Verdict } from './verdict.ts';

/** Builds as upstream's tests have them. */
export async function run(testCase: BuildCase): Promise<Verdict> {
  return runBuild(testCase);
}
