import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/index.ts';
import { createKubeClient } from '../../src/kube/index.ts';
import { createApiServer } from '../../src/standins/apiserver/index.ts';
import { defaultScenario, startSimulator } from '../../src/standins/simulator/index.ts';
import { bundledClient } from '../support/clients.ts';
import { findKubectl } from '../support/tools.ts';

const run = promisify(execFile);
/** The later one starts its informers by streaming lists. */
const PROGRAMS = [
  { version: '1.32', program: await findKubectl() },
  { version: '1.35', program: await bundledClient('kubectl', '1.35') },
];
for (const { version, program } of PROGRAMS) {
  if (program === undefined) process.stderr.write(`skipped: no kubectl ${version}\n`);
}

const WEB = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, labels: { app: web } }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: main, image: "nginx:1" }] }
---
apiVersion: v1
kind: Service
metadata: { name: web, labels: { app: web } }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: web, labels: { app: web } }
data: { a: "1" }
`;

interface Step {
  /** Arguments of kubectl. */
  readonly args: string;
  /** What it prints; of a failing one what it complains of. */
  readonly prints: RegExp;
  readonly code?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Every command that a user of a cluster types, in an order in which each finds what it needs. */
const STEPS: readonly Step[] = [
  { args: 'apply -f web.yaml', prints: /deployment.apps\/web created\nservice\/web created\nconfigmap\/web created/ },
  { args: 'rollout status deploy/web --timeout=30s', prints: /successfully rolled out/ },
  { args: 'wait --for=condition=Available deploy/web --timeout=10s', prints: /condition met/ },
  { args: 'get deploy web', prints: /web +2\/2 +2 +2/ },
  {
    args: 'get all -o wide',
    prints: /pod\/web-[\s\S]*service\/web[\s\S]*deployment.apps\/web[\s\S]*replicaset.apps\/web-/,
  },
  { args: 'get pods --sort-by=.metadata.name', prints: /web-\S+ +1\/1 +Running/ },
  { args: 'get pods --field-selector=status.phase=Running -o name', prints: /pod\/web-/ },
  { args: 'get pods --field-selector=spec.foo=x', prints: /field label not supported: spec.foo/, code: 1 },
  { args: 'get deploy web --subresource=scale -o jsonpath={.spec.replicas}', prints: /^2$/ },
  { args: 'get cm -o custom-columns=N:.metadata.name', prints: /^N\n[\s\S]*web/ },
  { args: 'diff -f web.yaml', prints: /^$/ },
  { args: 'apply --server-side --force-conflicts -f web.yaml', prints: /deployment.apps\/web serverside-applied/ },
  { args: 'apply -f web.yaml --dry-run=server', prints: /web (unchanged|configured) \(server dry run\)/ },
  { args: 'create -f web.yaml', prints: /deployments.apps "web" already exists/, code: 1 },
  { args: 'replace -f web.yaml', prints: /deployment.apps\/web replaced/ },
  { args: 'set env deploy/web A=b', prints: /env updated/ },
  { args: 'set resources deploy/web --limits=cpu=1', prints: /resource requirements updated/ },
  { args: 'rollout status deploy/web --timeout=30s', prints: /successfully rolled out/ },
  { args: 'rollout history deploy/web', prints: /REVISION[\s\S]*1[\s\S]*2/ },
  { args: 'rollout undo deploy/web', prints: /rolled back/ },
  { args: 'rollout pause deploy/web', prints: /paused/ },
  { args: 'rollout resume deploy/web', prints: /resumed/ },
  { args: 'rollout restart deploy/web', prints: /restarted/ },
  { args: 'rollout status deploy/web --timeout=30s', prints: /successfully rolled out/ },
  { args: 'scale deploy/web --replicas=1', prints: /scaled/ },
  { args: 'wait --for=jsonpath={.status.replicas}=1 deploy/web --timeout=20s', prints: /condition met/ },
  { args: 'logs deploy/web', prints: /^/ },
  {
    args: 'describe deploy web',
    prints: /RollingUpdateStrategy: +25% max unavailable, 25% max surge[\s\S]*ScalingReplicaSet/,
  },
  { args: 'describe pods', prints: /Status: +Running[\s\S]*Events:/ },
  { args: 'describe nodes', prints: /Capacity:/ },
  { args: 'describe service web', prints: /Endpoints: +\d/ },
  { args: 'events', prints: /ScalingReplicaSet/ },
  { args: 'get events', prints: /SuccessfulCreate/ },
  { args: 'explain pods --recursive', prints: /containers\t<\[\]Container>/ },
  { args: 'explain deploy.spec.strategy', prints: /rollingUpdate\t</ },
  { args: 'api-resources --verbs=list -o name', prints: /^configmaps\n[\s\S]*deployments.apps\n/ },
  { args: 'api-versions', prints: /autoscaling\/v1\nautoscaling\/v2\n/ },
  { args: 'cluster-info', prints: /control plane/ },
  { args: 'wait --for=create cm/web --timeout=10s', prints: /condition met/ },
  { args: 'delete cm web', prints: /deleted/ },
  { args: 'wait --for=delete cm/web --timeout=10s', prints: /^/ },
  { args: 'apply -k base', prints: /configmap\/generated-\S+ created/ },
  { args: 'apply --prune -l part=old -f new.yaml', prints: /configmap\/new created/ },
  { args: 'apply --prune -l part=old -f other.yaml', prints: /configmap\/other created[\s\S]*configmap\/new pruned/ },
  {
    args: 'apply --applyset=configmaps/set --prune -n default --server-side -f set.yaml',
    prints: /configmap\/member serverside-applied/,
    env: { KUBECTL_APPLYSET: 'true' },
  },
  { args: 'annotate deploy web note=x', prints: /annotated/ },
  { args: 'label deploy web tier=x', prints: /labeled/ },
  { args: 'patch deploy web --type=json -p [{"op":"replace","path":"/spec/replicas","value":2}]', prints: /patched/ },
  {
    args: 'patch deploy web -p {"spec":{"selector":{"matchLabels":{"x":"y"}}}}',
    prints: /spec.selector: .*field is immutable|selector/,
    code: 1,
  },
  {
    args: 'create deployment bad --image=',
    prints: /Deployment.apps "bad" is invalid: spec.template.spec.containers/,
    code: 1,
  },
  { args: 'exec deploy/web -- ls', prints: /could not find the requested resource/, code: 1 },
  { args: 'drain simulated-node --force --timeout=30s', prints: /evict|drained/ },
  { args: 'uncordon simulated-node', prints: /uncordoned/ },
  { args: 'cordon simulated-node', prints: /cordoned/ },
  { args: 'taint node simulated-node a=b:NoSchedule', prints: /tainted/ },
  { args: 'taint node simulated-node a-', prints: /untainted/ },
  { args: 'uncordon simulated-node', prints: /uncordoned/ },
  { args: 'auth can-i get pods --as=bob', prints: /no/, code: 1 },
  { args: 'auth reconcile -f role.yaml', prints: /role.rbac.authorization.k8s.io\/reader reconciled/ },
  { args: 'get pods --as=bob', prints: /pods is forbidden: User "bob" cannot list/, code: 1 },
  { args: 'top node', prints: /Metrics API not available/, code: 1 },
  { args: 'delete deploy --all --cascade=foreground --timeout=20s', prints: /deployment.apps "web" deleted/ },
  { args: 'get rs,pods -o name', prints: /^(?!.*web-)/ },
  { args: 'replace --force -f web.yaml', prints: /service "web" deleted[\s\S]*service\/web replaced/ },
];

describe.each(PROGRAMS)('a user of kubectl $version', ({ program }) => {
  let folder: string;
  const held = new AsyncDisposableStack();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stoa-apiserver-'));
    const server = held.use(await createApiServer({ name: 'dev', clock: systemClock }));
    await server.listen();
    const { fetch } = server;
    const client = createKubeClient({ server: 'https://in.process', fetch, fieldManager: 'kube-controller-manager' });
    const { signal } = new AbortController();
    held.use(await startSimulator({ client, clock: systemClock, scenario: defaultScenario, fetch, signal }));
    const map = (name: string, labels = ''): string =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name}${labels} }\n`;
    await mkdir(join(folder, 'base'));
    const files: Readonly<Record<string, string>> = {
      kubeconfig: server.kubeconfig(),
      'web.yaml': WEB,
      'new.yaml': map('new', ', labels: { part: old }'),
      'other.yaml': map('other', ', labels: { part: old }'),
      'set.yaml': map('member'),
      'role.yaml':
        'apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: { name: reader, namespace: default }\n' +
        'rules: [{ apiGroups: [""], resources: [pods], verbs: [get] }]\n',
      'base/kustomization.yaml': 'configMapGenerator: [{ name: generated, literals: [a=b] }]\n',
    };
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  });

  afterAll(() => held[Symbol.asyncDispose]());

  async function kubectl({ args, env }: Step): Promise<{ readonly printed: string; readonly code: number }> {
    const words = args.split(' ');
    const options = {
      cwd: folder,
      env: { HOME: folder, KUBECONFIG: 'kubeconfig', PATH: process.env['PATH'] ?? '', ...env },
    };
    try {
      const { stdout } = await run(program ?? '', words, options);
      return { printed: stdout, code: 0 };
    } catch (error) {
      const { stdout, stderr, code } = error as { stdout: string; stderr: string; code: number };
      return { printed: stdout + stderr, code };
    }
  }

  it.skipIf(program === undefined).each(STEPS)('types: kubectl $args', async (step) => {
    const { printed, code } = await kubectl(step);
    expect(printed).toMatch(step.prints);
    expect(code).toBe(step.code ?? 0);
  });
});
