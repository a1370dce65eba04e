import { builtinHealth, customHealth } from '../../src/kube/index.ts';
import type { HealthStatus, KubeObject } from '../../src/kube/index.ts';
import type { Verdict } from './verdict.ts';

interface HealthCase {
  /** Which checks upstream's test asks: absent for those of custom kinds. */
  readonly function?: string;
  readonly group: string;
  readonly object: KubeObject;
  /** `null` where upstream has no check for the kind. */
  readonly expected: Partial<HealthStatus> | null;
}

/** Upstream's tests leave out what their checks do not read. */
function complete(object: KubeObject): KubeObject {
  return { ...object, metadata: (object as Partial<KubeObject>).metadata ?? {} };
}

/** The health of one object: the status, and the message where the case asserts one. */
export function run(testCase: HealthCase): Verdict {
  const { expected } = testCase;
  const assess = testCase.function === undefined ? customHealth : builtinHealth;
  const found = assess(complete(testCase.object));
  const facts = { [`group ${testCase.group}`]: agrees(found, expected) };
  if (agrees(found, expected)) return { verdict: 'passed', facts };
  return { verdict: 'failed', facts, reason: `${JSON.stringify(found)} instead of ${JSON.stringify(expected)}` };
}

function agrees(found: HealthStatus | undefined, expected: Partial<HealthStatus> | null): boolean {
  if (expected === null || found === undefined) return expected === null && found === undefined;
  if (expected.status !== undefined && found.status !== expected.status) return false;
  return expected.message === undefined || (found.message ?? '') === expected.message;
}
