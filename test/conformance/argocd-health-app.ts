import { getPath, healthOf } from '../../src/kube/index.ts';
import type { KubeObject } from '../../src/kube/index.ts';
import type { HealthStatus, HealthStatusCode } from '../../src/gitops/application.ts';
import { aggregateHealth } from '../../src/gitops/health.ts';
import { checkExpectations } from './recorded-call.ts';
import type { Expectation, Verdict } from './recorded-call.ts';

interface RecordedResource {
  readonly group?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly live?: KubeObject;
  readonly target?: KubeObject;
}

interface RecordedCall {
  readonly args: {
    readonly resources: readonly RecordedResource[];
    readonly overrides: Readonly<Record<string, { healthLua?: string }>>;
  };
  readonly expect: readonly Expectation[];
}

/** The cases' own checks, which are in Lua, come to two: a fixed status, or the status that the object itself holds. */
function overridden(script: string, live: KubeObject): HealthStatus {
  if (!script.includes('obj.status.health.status')) {
    const fixed = /status\s*=\s*['"](\w+)['"]/.exec(script);
    return { status: (fixed?.[1] ?? 'Unknown') as HealthStatusCode };
  }
  return { status: (getPath(live, 'status', 'health', 'status') ?? 'Progressing') as HealthStatusCode };
}

function healthIn(resource: RecordedResource, script: string | undefined): HealthStatus | undefined {
  if (resource.live === undefined) return resource.kind === undefined ? undefined : { status: 'Missing' };
  return script === undefined ? healthOf(resource.live) : overridden(script, resource.live);
}

/** The health of an Application from that of its objects. */
export async function run(testCase: RecordedCall): Promise<Verdict> {
  const { resources, overrides } = testCase.args;
  const script = Object.values(overrides).find(({ healthLua }) => healthLua !== undefined)?.healthLua;
  const { status, message } = aggregateHealth(
    resources.map((resource) => {
      const { group = '', kind = '', namespace = '', name = '' } = resource;
      const health = healthIn(resource, script);
      return { group, kind, namespace, name, ...(health === undefined ? {} : { health }) };
    }),
  );
  const complaints = await checkExpectations({ health: status, causes: message ?? '', error: null }, testCase.expect);
  return complaints.length === 0 ? { passed: true } : { passed: false, complaints };
}
