import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/index.ts';
import { createKubeClient } from '../../src/kube/index.ts';
import type { KubeClient } from '../../src/kube/index.ts';
import { createApiServer } from '../../src/standins/apiserver/index.ts';
import type { ApiServer } from '../../src/standins/apiserver/index.ts';
import { bundledClient } from '../support/clients.ts';

const run = promisify(execFile);

const CLIENTS = [
  { what: 'Helm 3', program: await bundledClient('helm', '1.32') },
  { what: 'Helm 4', program: await bundledClient('helm', '1.35') },
];
for (const { what, program } of CLIENTS) if (program === undefined) process.stderr.write(`skipped: no ${what}\n`);

const CHART: Readonly<Record<string, string>> = {
  'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
  'values.yaml': 'image: web:1\nconfig: true\nreplicas: 1\n',
  'templates/deployment.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: { name: {{ .Release.Name }}, labels: { app: web } }
spec:
  replicas: {{ .Values.replicas }}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - { name: web, image: {{ .Values.image | quote }}, ports: [{ containerPort: 80 }] }
`,
  'templates/service.yaml': `apiVersion: v1
kind: Service
metadata: { name: {{ .Release.Name }} }
spec: { selector: { app: web }, ports: [{ port: 80, name: http }] }
`,
  'templates/config.yaml': `{{- if .Values.config }}
apiVersion: v1
kind: ConfigMap
metadata: { name: {{ .Release.Name }} }
data: { greeting: hello }
{{- end }}
`,
  'templates/role.yaml': `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: {{ .Release.Name }} }
rules: [{ apiGroups: [""], resources: [configmaps], verbs: [get] }]
`,
  'templates/before.yaml': `apiVersion: v1
kind: Secret
metadata: { name: {{ .Release.Name }}-before, annotations: { helm.sh/hook: "pre-install,pre-upgrade" } }
stringData: { token: t }
`,
};

const DEPLOYMENT = { group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'default', name: 'web' };
const CONFIG = { group: '', version: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'web' };

describe.each(CLIENTS)('$what against the embedded Kubernetes API', ({ program }) => {
  let server: ApiServer;
  let client: KubeClient;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stoa-helm-'));
    server = await createApiServer({ name: 'helm', clock: systemClock });
    await server.listen();
    client = createKubeClient({ server: 'https://in.process', fetch: server.fetch, fieldManager: 'test' });
    await mkdir(join(folder, 'web', 'templates'), { recursive: true });
    await writeFile(join(folder, 'kubeconfig'), server.kubeconfig());
    for (const [name, content] of Object.entries(CHART)) await writeFile(join(folder, 'web', name), content);
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  async function helm(...args: readonly string[]): Promise<string> {
    const env = { HOME: folder, KUBECONFIG: join(folder, 'kubeconfig') };
    const { stdout } = await run(program ?? '', [...args], { cwd: folder, env, timeout: 60_000 });
    return stdout;
  }

  async function image(): Promise<unknown> {
    const object = await client.get(DEPLOYMENT);
    const { spec } = object as unknown as { spec: { template: { spec: { containers: { image: string }[] } } } };
    return spec.template.spec.containers[0]?.image;
  }

  const revisions = async (): Promise<readonly { readonly revision: number; readonly status: string }[]> =>
    JSON.parse(await helm('history', 'web', '--output', 'json')) as { revision: number; status: string }[];

  it.skipIf(program === undefined)(
    'installs, upgrades, rolls back and uninstalls a chart',
    async () => {
      expect(await helm('install', 'web', './web')).toContain('STATUS: deployed');
      expect(await image()).toBe('web:1');
      expect(await client.get(CONFIG)).toMatchObject({ data: { greeting: 'hello' } });

      await helm('upgrade', 'web', './web', '--set', 'image=web:2,config=false');
      expect(await image()).toBe('web:2');
      await expect(client.get(CONFIG)).resolves.toBeUndefined();

      await helm('rollback', 'web', '1');
      expect(await image()).toBe('web:1');
      expect(await client.get(CONFIG)).toMatchObject({ data: { greeting: 'hello' } });
      expect((await revisions()).map(({ revision, status }) => `${revision} ${status}`)).toEqual([
        '1 superseded',
        '2 superseded',
        '3 deployed',
      ]);

      expect(await helm('get', 'manifest', 'web')).toContain('kind: Role');
      expect(await helm('uninstall', 'web')).toContain('uninstalled');
      await expect(client.get(DEPLOYMENT)).resolves.toBeUndefined();
      expect(await helm('list', '--all-namespaces', '--short')).toBe('');
    },
    60_000,
  );

  it.skipIf(program === undefined)(
    'says why a chart that the server refuses is not installed',
    async () => {
      const failed = helm('install', 'web', './web', '--set', 'replicas=-1');

      await expect(failed).rejects.toMatchObject({
        stderr: expect.stringContaining('must be greater than or equal to 0') as string,
      });
    },
    60_000,
  );
});
