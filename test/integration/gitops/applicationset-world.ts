import type { KubeObject, ObjectKey } from '../../../src/kube/index.ts';
import { REPOSITORY, applicationKey } from '../../support/gitops-world.ts';
import type { GitopsWorld } from '../../support/gitops-world.ts';

export interface SetParts {
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly template?: Readonly<Record<string, unknown>>;
}

/** One Application for each file `tenants/*.yaml`, which names it, and deploys the folder it names. */
export function tenantSet(parts: SetParts = {}): KubeObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: { name: 'tenants', namespace: 'argocd', ...parts.metadata },
    spec: {
      goTemplate: true,
      goTemplateOptions: ['missingkey=error'],
      generators: [{ git: { repoURL: REPOSITORY, revision: 'main', files: [{ path: 'tenants/*.yaml' }] } }],
      template: {
        metadata: { name: '{{ .name }}', labels: { stage: '{{ dig "stage" "first" . }}' } },
        spec: {
          project: 'team',
          source: { repoURL: REPOSITORY, targetRevision: 'main', path: 'apps/{{ .name }}' },
          destination: { server: 'https://kubernetes.default.svc', namespace: '{{ .name }}' },
          syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions: ['CreateNamespace=true'] },
          ...parts.template,
        },
      },
      ...parts.spec,
    },
  };
}

export const SET_KEY: ObjectKey = {
  group: 'argoproj.io',
  version: 'v1alpha1',
  kind: 'ApplicationSet',
  namespace: 'argocd',
  name: 'tenants',
};

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

export interface SetStatus {
  readonly conditions?: readonly Condition[];
  readonly applicationStatus?: readonly {
    readonly application: string;
    readonly status: string;
    readonly step: string;
  }[];
  readonly resources?: readonly Readonly<Record<string, unknown>>[];
}

export async function setStatus(world: GitopsWorld): Promise<SetStatus> {
  const set = await world.hub.get(SET_KEY);
  return set?.['status'] ?? {};
}

export async function condition(world: GitopsWorld, type: string): Promise<Condition | undefined> {
  return (await setStatus(world)).conditions?.find((one) => one.type === type);
}

/** Until the set says that everything is as it should be, or why it is not. */
export async function settled(world: GitopsWorld, reason = 'ApplicationSetUpToDate'): Promise<void> {
  await world.until(async () => (await condition(world, 'ResourcesUpToDate'))?.reason === reason);
}

export async function applicationNames(world: GitopsWorld): Promise<readonly string[]> {
  const { items } = await world.hub.list(
    { group: 'argoproj.io', version: 'v1alpha1', kind: 'Application' },
    { namespace: 'argocd' },
  );
  return items.map(({ metadata }) => metadata.name ?? '').sort();
}

interface GeneratedApplication extends KubeObject {
  readonly spec: Readonly<Record<string, unknown>>;
}

export async function applicationNamed(world: GitopsWorld, name: string): Promise<GeneratedApplication> {
  const found = await world.hub.get(applicationKey(name));
  if (found === undefined) throw new Error(`There is no Application ${name}`);
  return found as GeneratedApplication;
}

/** A tenant's file and what it deploys. */
export function tenant(name: string, content = `name: ${name}\n`): Readonly<Record<string, string>> {
  const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { tenant: name } };
  return { [`tenants/${name}.yaml`]: content, [`apps/${name}/settings.yaml`]: JSON.stringify(config) };
}
