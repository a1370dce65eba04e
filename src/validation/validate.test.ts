import { describe, expect, it } from 'vitest';
import type { RuleId } from './finding.ts';
import { edited, findingsWith } from './sound-repository.ts';

const WEB = 'base/web.yaml';
const OTHERS = 'base/others.yaml';
const PROD = 'envs/prod/kustomization.yaml';
const PIPELINE = 'argocd/pipeline.yaml';

interface Broken {
  readonly reason: string;
  readonly rule: RuleId;
  readonly changes: Readonly<Record<string, string>>;
  readonly place: { readonly file: string; readonly line?: number };
}

function appended(text: string): Readonly<Record<string, string>> {
  return edited(OTHERS, 'endpoints: []}\n', `endpoints: []}\n---\n${text}`);
}

const BROKEN: readonly Broken[] = [
  {
    reason: 'a file is missing',
    rule: 'render',
    changes: edited(PROD, '../../base', '../../bse'),
    place: { file: PROD },
  },
  {
    reason: 'YAML is malformed',
    rule: 'render',
    changes: edited(WEB, 'replicas: 1', 'replicas: [1'),
    place: { file: WEB, line: 7 },
  },
  {
    reason: 'the settings have an unknown field',
    rule: 'settings',
    changes: { 'stoa-validate.yaml': 'externals: []\n' },
    place: { file: 'stoa-validate.yaml' },
  },
  {
    reason: 'the settings give no reason',
    rule: 'settings',
    changes: { 'stoa-validate.yaml': 'external: [{kind: Secret, name: x}]\n' },
    place: { file: 'stoa-validate.yaml' },
  },
  {
    reason: 'a version is not served any more',
    rule: 'schema-kind',
    changes: edited(WEB, 'apps/v1', 'apps/v1beta2'),
    place: { file: WEB, line: 1 },
  },
  {
    reason: 'a field is misspelled',
    rule: 'schema-field',
    changes: edited(WEB, 'replicas: 1', 'replica: 1'),
    place: { file: WEB, line: 6 },
  },
  {
    reason: 'a number is written as text',
    rule: 'schema-type',
    changes: edited(WEB, 'replicas: 1', 'replicas: "1"'),
    place: { file: WEB, line: 6 },
  },
  {
    reason: 'a required field is missing',
    rule: 'schema-required',
    changes: edited(OTHERS, 'ports: [{port: 80}]', 'ports: [{name: http}]'),
    place: { file: OTHERS, line: 13 },
  },
  {
    reason: 'a ConfigMap is missing',
    rule: 'reference',
    changes: edited(WEB, 'configMapRef: {name: settings}', 'configMapRef: {name: setings}'),
    place: { file: WEB, line: 16 },
  },
  {
    reason: 'a Secret is made under another name',
    rule: 'reference',
    changes: edited(OTHERS, '{refreshInterval: 1h}', '{target: {name: other}}'),
    place: { file: WEB, line: 19 },
  },
  {
    reason: 'a ServiceAccount is missing',
    rule: 'reference',
    changes: edited(WEB, 'serviceAccountName: web', 'serviceAccountName: wob'),
    place: { file: WEB, line: 11 },
  },
  {
    reason: 'a claim is missing',
    rule: 'reference',
    changes: edited(WEB, 'serviceAccountName: web', 'volumes: [{name: v, persistentVolumeClaim: {claimName: c}}]'),
    place: { file: WEB, line: 11 },
  },
  {
    reason: 'an Ingress names no Service',
    rule: 'reference',
    changes: appended(
      'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i}\nspec:\n  defaultBackend: {service: {name: wob}}\n',
    ),
    place: { file: OTHERS, line: 24 },
  },
  {
    reason: 'what is to be scaled is missing',
    rule: 'reference',
    changes: appended(
      'apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: h}\nspec: {maxReplicas: 3, scaleTargetRef: {apiVersion: apps/v1, kind: StatefulSet, name: web}}\n',
    ),
    place: { file: OTHERS, line: 23 },
  },
  {
    reason: 'a role is missing',
    rule: 'reference',
    changes: appended(
      'apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: r}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}\nsubjects: [{kind: ServiceAccount, name: web, namespace: web}]\n',
    ),
    place: { file: OTHERS, line: 23 },
  },
  {
    reason: 'a key is missing',
    rule: 'reference-key',
    changes: edited(
      WEB,
      'valueFrom: {secretKeyRef: {name: token, key: token}}',
      'valueFrom: {configMapKeyRef: {name: settings, key: MOOD}}',
    ),
    place: { file: WEB, line: 19 },
  },
  {
    reason: 'a Service finds no pods',
    rule: 'selector',
    changes: edited(OTHERS, 'selector: {app: web}', 'selector: {app: wob}'),
    place: { file: OTHERS, line: 13 },
  },
  {
    reason: 'a monitor finds no Service',
    rule: 'selector',
    changes: edited(OTHERS, 'selector: {matchLabels: {app: web}}', 'selector: {matchLabels: {app: wob}}'),
    place: { file: OTHERS, line: 18 },
  },
  {
    reason: 'a budget finds no pods',
    rule: 'selector',
    changes: appended(
      'apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: b}\nspec: {maxUnavailable: 1, selector: {matchLabels: {app: wob}}}\n',
    ),
    place: { file: OTHERS, line: 23 },
  },
  {
    reason: 'a peer of a policy is nobody',
    rule: 'selector',
    changes: appended(
      'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\nspec:\n  podSelector: {}\n  ingress: [{from: [{podSelector: {matchLabels: {app: wob}}}]}]\n',
    ),
    place: { file: OTHERS, line: 25 },
  },
  {
    reason: 'a protected environment runs a tag',
    rule: 'image-digest',
    changes: edited(
      PROD,
      'digest: "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"',
      'newTag: v1',
    ),
    place: { file: WEB, line: 14 },
  },
  {
    reason: 'an Application deploys a folder that is not there',
    rule: 'environment-path',
    changes: edited('argocd/prod.yaml', 'path: envs/prod', 'path: envs/production'),
    place: { file: 'argocd/prod.yaml', line: 6 },
  },
  {
    reason: 'a Pipeline names a folder that is not there',
    rule: 'environment-path',
    changes: edited(PIPELINE, 'path: envs/dev', 'path: envs/develop'),
    place: { file: PIPELINE, line: 6 },
  },
  {
    reason: 'a Pipeline names an Application that is not there',
    rule: 'environment-application',
    changes: edited(PIPELINE, 'application: web-dev', 'application: web'),
    place: { file: PIPELINE, line: 6 },
  },
  {
    reason: 'a Pipeline and an Application disagree on the folder',
    rule: 'environment-application',
    changes: edited(PIPELINE, 'application: web-dev', 'application: web-prod'),
    place: { file: PIPELINE, line: 6 },
  },
  {
    reason: 'two Applications deploy one object',
    rule: 'duplicate',
    changes: edited('argocd/dev.yaml', 'name: dev, namespace', 'name: prod, namespace'),
    place: { file: WEB, line: 1 },
  },
  {
    reason: 'an object is there in two versions',
    rule: 'duplicate',
    changes: appended('apiVersion: external-secrets.io/v1beta1\nkind: ExternalSecret\nmetadata: {name: token}\n'),
    place: { file: OTHERS, line: 20 },
  },
  {
    reason: 'an environment alone has a field',
    rule: 'difference',
    changes: {
      [PROD]: `${edited(PROD, 'namespace: web', 'namespace: web')[PROD] ?? ''}patches: [{target: {kind: Deployment}, patch: '[{"op": "add", "path": "/spec/paused", "value": true}]'}]\n`,
    },
    place: { file: WEB, line: 1 },
  },
  {
    reason: 'an environment alone has an object',
    rule: 'difference',
    changes: {
      ...edited(PROD, '[../../base]', '[../../base, extra.yaml]'),
      'envs/prod/extra.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: extra}\n',
    },
    place: { file: 'envs/prod/extra.yaml', line: 1 },
  },
];

describe('validate', () => {
  it('finds nothing in a sound repository', async () => {
    expect(await findingsWith({})).toEqual([]);
  });

  it.each(BROKEN)('reports $rule where $reason', async ({ rule, changes, place }) => {
    const found = await findingsWith(changes);

    expect(found).toContainEqual(expect.objectContaining({ rule, place }));
    expect(new Set(found.map((finding) => finding.rule))).toEqual(new Set([rule]));
    expect(found.every(({ mend, message }) => mend !== '' && message !== '')).toBe(true);
  });

  it('reports once what several environments share', async () => {
    const [finding, ...others] = await findingsWith(edited(WEB, 'replicas: 1', 'replica: 1'));

    expect(finding?.overlays).toEqual(['envs/dev', 'envs/prod']);
    expect(others).toEqual([]);
  });

  it('checks custom kinds by the definitions in the repository', async () => {
    const definition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: externalsecrets.external-secrets.io}
spec:
  group: external-secrets.io
  names: {kind: ExternalSecret, plural: externalsecrets}
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {target: {type: string}}}}}}
`;
    const found = await findingsWith({ 'crds/secrets.yaml': definition });

    expect(found).toEqual([expect.objectContaining({ rule: 'schema-field', place: { file: OTHERS, line: 8 } })]);
  });

  it('takes what the settings list for given', async () => {
    const changes = {
      ...edited(WEB, 'name: token, key', 'name: registry-token, key'),
      'stoa-validate.yaml': 'external: [{kind: Secret, name: registry-*, namespace: web, reason: by hand}]\n',
    };

    expect(await findingsWith(changes)).toEqual([]);
  });

  it('allows the differences that the settings list, in the environments that they name', async () => {
    const patch = `patches: [{target: {kind: Deployment}, patch: '[{"op": "add", "path": "/spec/paused", "value": true}]'}]\n`;
    const dev = 'envs/dev/kustomization.yaml';
    const changes = { [dev]: `${edited(dev, 'namespace: web', 'namespace: web')[dev] ?? ''}${patch}` };
    const allow = (environment: string): string =>
      `differences: {allow: [{kind: Deployment, path: spec/paused, environments: [${environment}], reason: a test}]}\n`;

    expect(await findingsWith({ ...changes, 'stoa-validate.yaml': allow('dev') })).toEqual([]);
    expect(await findingsWith({ ...changes, 'stoa-validate.yaml': allow('staging') })).toHaveLength(1);
  });

  it('asks the options which environments are protected when the repository does not say', async () => {
    const changes = {
      ...edited(
        PROD,
        'digest: "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"',
        'newTag: v1',
      ),
      ...edited('argocd/prod.yaml', 'approved/prod', 'main'),
      ...edited(PIPELINE, 'approved/prod', 'main'),
    };

    expect(await findingsWith(changes)).toHaveLength(1);
    expect(await findingsWith(changes, { protectedEnvironments: ['live'] })).toEqual([]);
  });

  it.each([
    { reason: 'is optional', name: '{name: other, key: token, optional: true}' },
    { reason: 'is in every namespace', name: '{name: token, key: token}' },
  ])('does not miss what $reason', async ({ name }) => {
    expect(await findingsWith(edited(WEB, '{name: token, key: token}', name))).toEqual([]);
  });

  it('builds kustomizations that no other builds on, and no components', async () => {
    const found = await findingsWith({
      'components/x/kustomization.yaml':
        'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [gone.yaml]\n',
      'tools/kustomization.yaml': 'resources: [gone.yaml]\n',
    });

    expect(found).toEqual([
      expect.objectContaining({ rule: 'render', overlays: ['tools'], place: { file: 'tools/kustomization.yaml' } }),
    ]);
  });
});
