import { describe, expect, it } from 'vitest';
import { gvkOf } from '../../../kube/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import { fieldErrorText } from '../field-error.ts';
import { builtinRule } from './builtin-rules.ts';

const CONTAINER = { name: 'main', image: 'nginx:1' };
const SELECTOR = { matchLabels: { app: 'web' } };

function template(pod: object = {}): object {
  return { metadata: { labels: { app: 'web' } }, spec: { containers: [CONTAINER], ...pod } };
}

function object(apiVersion: string, kind: string, members: object): KubeObject {
  return structuredClone({ apiVersion, kind, metadata: { name: 'web', namespace: 'shop', uid: 'u-1' }, ...members });
}

function pod(spec: object): KubeObject {
  return object('v1', 'Pod', { spec: { containers: [CONTAINER], ...spec } });
}

function deployment(spec: object = {}): KubeObject {
  return object('apps/v1', 'Deployment', { spec: { selector: SELECTOR, template: template(), ...spec } });
}

function job(spec: object = {}): KubeObject {
  return object('batch/v1', 'Job', { spec: { template: template({ restartPolicy: 'Never' }), ...spec } });
}

function service(spec: object): KubeObject {
  return object('v1', 'Service', { spec: { clusterIP: '10.96.0.9', ports: [{ port: 80 }], ...spec } });
}

function defaulted(given: KubeObject, old?: KubeObject): KubeObject {
  return builtinRule(gvkOf(given))?.default(structuredClone(given), old) ?? given;
}

/** `field: message` of everything that is wrong after defaulting. */
function faults(given: KubeObject, old?: KubeObject): readonly string[] {
  const before = old === undefined ? undefined : defaulted(old);
  const errors = builtinRule(gvkOf(given))?.validate(defaulted(given, before), before) ?? [];
  return errors.map((error) => `${error.field}: ${fieldErrorText(error)}`);
}

describe('defaults of the built-in kinds', () => {
  it('fills in a Deployment as a real server does', () => {
    expect(defaulted(deployment())['spec']).toEqual({
      replicas: 1,
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
      selector: SELECTOR,
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          containers: [
            {
              ...CONTAINER,
              imagePullPolicy: 'IfNotPresent',
              resources: {},
              terminationMessagePath: '/dev/termination-log',
              terminationMessagePolicy: 'File',
            },
          ],
          restartPolicy: 'Always',
          dnsPolicy: 'ClusterFirst',
          schedulerName: 'default-scheduler',
          securityContext: {},
          terminationGracePeriodSeconds: 30,
        },
      },
    });
  });

  it.each([
    { image: 'nginx', policy: 'Always' },
    { image: 'nginx:latest', policy: 'Always' },
    { image: 'registry:5000/nginx', policy: 'Always' },
    { image: 'registry:5000/nginx:1.2', policy: 'IfNotPresent' },
    { image: `nginx@sha256:${'a'.repeat(64)}`, policy: 'IfNotPresent' },
  ])('pulls $image $policy', ({ image, policy }) => {
    const given = defaulted(pod({ containers: [{ name: 'main', image }] }));
    expect(given['spec']).toMatchObject({ containers: [{ imagePullPolicy: policy }] });
  });

  it.each([
    {
      name: 'requests from limits in Pods',
      given: pod({ containers: [{ ...CONTAINER, resources: { limits: { cpu: '1' } } }] }),
      spec: { enableServiceLinks: true, containers: [{ resources: { limits: { cpu: '1' }, requests: { cpu: '1' } } }] },
    },
    {
      name: 'probes and volumes',
      given: pod({
        containers: [{ ...CONTAINER, livenessProbe: { httpGet: { port: 80 } } }],
        volumes: [{ name: 'a' }, { name: 'b', secret: { secretName: 's' } }],
      }),
      spec: {
        containers: [
          {
            livenessProbe: {
              httpGet: { path: '/', port: 80, scheme: 'HTTP' },
              timeoutSeconds: 1,
              periodSeconds: 10,
              successThreshold: 1,
              failureThreshold: 3,
            },
          },
        ],
        volumes: [
          { name: 'a', emptyDir: {} },
          { name: 'b', secret: { secretName: 's', defaultMode: 420 } },
        ],
      },
    },
    {
      name: 'service ports and traffic policies',
      given: service({ type: 'NodePort' }),
      spec: {
        sessionAffinity: 'None',
        internalTrafficPolicy: 'Cluster',
        externalTrafficPolicy: 'Cluster',
        ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
      },
    },
    {
      name: 'the selector of a Job',
      given: job(),
      spec: {
        completions: 1,
        parallelism: 1,
        backoffLimit: 6,
        completionMode: 'NonIndexed',
        suspend: false,
        selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': 'u-1' } },
        template: { metadata: { labels: { app: 'web', 'job-name': 'web', 'controller-uid': 'u-1' } } },
      },
    },
    { name: 'no completions where parallelism was given', given: job({ parallelism: 2 }), spec: { parallelism: 2 } },
    {
      name: 'an update strategy of a StatefulSet',
      given: object('apps/v1', 'StatefulSet', { spec: { selector: SELECTOR, template: template() } }),
      spec: {
        podManagementPolicy: 'OrderedReady',
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
        persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
      },
    },
    {
      name: 'policy types',
      given: object('networking.k8s.io/v1', 'NetworkPolicy', { spec: { egress: [{}] } }),
      spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    },
  ])('fills in $name, twice the same', ({ given, spec }) => {
    const once = defaulted(given);
    expect(once['spec']).toMatchObject(spec);
    expect(defaulted(once)).toEqual(once);
  });
});

const ROLE_BINDING = { roleRef: { kind: 'Role', name: 'r' }, subjects: [{ kind: 'User', name: 'a' }] };

describe('validation of the built-in kinds', () => {
  it.each([
    {
      name: 'an empty container',
      given: pod({ containers: [{}] }),
      faults: ['spec.containers[0].name: Required value', 'spec.containers[0].image: Required value'],
    },
    { name: 'no containers', given: pod({ containers: [] }), faults: ['spec.containers: Required value'] },
    {
      name: 'a template without containers',
      given: deployment({ template: { metadata: { labels: { app: 'web' } }, spec: { containers: [] } } }),
      faults: ['spec.template.spec.containers: Required value'],
    },
    {
      name: 'labels that the selector does not choose',
      given: deployment({ template: { ...template(), metadata: { labels: { a: 'c' } } } }),
      faults: [
        'spec.template.metadata.labels: Invalid value: map[string]string{"a":"c"}: `selector` does not match template `labels`',
      ],
    },
    {
      name: 'a Deployment that does not restart',
      given: deployment({ template: template({ restartPolicy: 'Never' }) }),
      faults: ['spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"'],
    },
    {
      name: 'fewer than no replicas',
      given: deployment({ replicas: -1 }),
      faults: ['spec.replicas: Invalid value: -1: must be greater than or equal to 0'],
    },
    {
      name: 'a strategy that cannot move',
      given: deployment({ strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } }),
      faults: ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0'],
    },
    {
      name: 'the same name twice',
      given: pod({ containers: [CONTAINER, CONTAINER] }),
      faults: ['spec.containers[1].name: Duplicate value: "main"'],
    },
    {
      name: 'a port out of range',
      given: pod({ containers: [{ ...CONTAINER, ports: [{ containerPort: 70_000 }] }] }),
      faults: [
        'spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive',
      ],
    },
    {
      name: 'a mount of a volume that is not there',
      given: pod({ containers: [{ ...CONTAINER, volumeMounts: [{ name: 'x', mountPath: '/x' }] }] }),
      faults: ['spec.containers[0].volumeMounts[0].name: Not found: "x"'],
    },
    {
      name: 'requests over limits',
      given: pod({ containers: [{ ...CONTAINER, resources: { limits: { cpu: '1' }, requests: { cpu: '1500m' } } }] }),
      faults: [
        'spec.containers[0].resources.requests: Invalid value: "1500m": must be less than or equal to cpu limit of 1',
      ],
    },
    {
      name: 'a negative amount',
      given: pod({ containers: [{ ...CONTAINER, resources: { limits: { memory: '-1Gi' } } }] }),
      faults: [
        'spec.containers[0].resources.limits[memory]: Invalid value: "-1Gi": must be greater than or equal to 0',
        'spec.containers[0].resources.requests[memory]: Invalid value: "-1Gi": must be greater than or equal to 0',
      ],
    },
    {
      name: 'a variable with two sources',
      given: pod({ containers: [{ ...CONTAINER, env: [{ name: 'A', value: 'b', valueFrom: {} }] }] }),
      faults: [
        'spec.containers[0].env[0].valueFrom: Invalid value: "": may not be specified when `value` is not empty',
      ],
    },
    {
      name: 'a probe without a handler',
      given: pod({ containers: [{ ...CONTAINER, readinessProbe: {} }] }),
      faults: ['spec.containers[0].readinessProbe: Required value: must specify a handler type'],
    },
    {
      name: 'a Job that restarts for ever',
      given: job({ template: template() }),
      faults: ['spec.template.spec.restartPolicy: Unsupported value: "Always": supported values: "OnFailure", "Never"'],
    },
    {
      name: 'a schedule with four fields',
      given: object('batch/v1', 'CronJob', {
        spec: { schedule: '* * * *', jobTemplate: { spec: { template: template({ restartPolicy: 'Never' }) } } },
      }),
      faults: ['spec.schedule: Invalid value: "* * * *": expected exactly 5 fields, found 4: [* * * *]'],
    },
    { name: 'a Service without ports', given: service({ ports: [] }), faults: ['spec.ports: Required value'] },
    {
      name: 'ports without names',
      given: service({ ports: [{ port: 80 }, { name: 'b', port: 81 }] }),
      faults: ['spec.ports[0].name: Required value'],
    },
    {
      name: 'a name that no host has',
      given: service({ type: 'ExternalName', ports: [] }),
      faults: ['spec.externalName: Required value'],
    },
    {
      name: 'a key of a ConfigMap',
      given: object('v1', 'ConfigMap', { data: { 'a/b': '1' } }),
      faults: [expect.stringMatching(/^data\[a\/b\]: Invalid value: "a\/b": a valid config key/)],
    },
    {
      name: 'a TLS Secret without its key',
      given: object('v1', 'Secret', { type: 'kubernetes.io/tls', data: { 'tls.crt': 'YQ==' } }),
      faults: ['data[tls.key]: Required value'],
    },
    {
      name: 'a claim of nothing',
      given: object('v1', 'PersistentVolumeClaim', { spec: {} }),
      faults: [
        'spec.accessModes: Required value: at least 1 access mode is required',
        'spec.resources[storage]: Required value',
      ],
    },
    {
      name: 'an Ingress without a path type',
      given: object('networking.k8s.io/v1', 'Ingress', {
        spec: { rules: [{ http: { paths: [{ backend: { service: { name: 's', port: { number: 80 } } } }] } }] },
      }),
      faults: ['spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified'],
    },
    {
      name: 'a rule without verbs',
      given: object('rbac.authorization.k8s.io/v1', 'Role', { rules: [{ apiGroups: [''], resources: ['pods'] }] }),
      faults: ['rules[0].verbs: Required value: verbs must contain at least one value'],
    },
    {
      name: 'an autoscaler with more than its most',
      given: object('autoscaling/v2', 'HorizontalPodAutoscaler', {
        spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' }, minReplicas: 3, maxReplicas: 2 },
      }),
      faults: ['spec.maxReplicas: Invalid value: 2: must be greater than or equal to `minReplicas`'],
    },
  ])('refuses $name', ({ given, faults: expected }) => {
    expect(faults(given)).toEqual(expected);
  });

  it.each([
    {
      name: 'the selector of a Deployment',
      old: deployment(),
      next: deployment({
        selector: { matchLabels: { b: 'c' } },
        template: { ...template(), metadata: { labels: { b: 'c' } } },
      }),
      field: 'spec.selector',
      type: 'FieldValueInvalid',
    },
    {
      name: 'the containers of a Pod',
      old: pod({}),
      next: pod({ containers: [{ ...CONTAINER, command: ['x'] }] }),
      field: 'spec',
      type: 'FieldValueForbidden',
    },
    {
      name: 'the template of a Job',
      old: job(),
      next: job({ template: template({ restartPolicy: 'OnFailure' }) }),
      field: 'spec.template',
      type: 'FieldValueInvalid',
    },
    {
      name: 'the address of a Service',
      old: service({}),
      next: service({ clusterIP: '10.96.0.10' }),
      field: 'spec.clusterIPs[0]',
      type: 'FieldValueInvalid',
    },
    {
      name: 'the data of a locked ConfigMap',
      old: object('v1', 'ConfigMap', { immutable: true, data: { a: '1' } }),
      next: object('v1', 'ConfigMap', { immutable: true, data: { a: '2' } }),
      field: 'data',
      type: 'FieldValueForbidden',
    },
    {
      name: 'the role of a binding',
      old: object('rbac.authorization.k8s.io/v1', 'RoleBinding', ROLE_BINDING),
      next: object('rbac.authorization.k8s.io/v1', 'RoleBinding', {
        ...ROLE_BINDING,
        roleRef: { kind: 'Role', name: 'other' },
      }),
      field: 'roleRef',
      type: 'FieldValueInvalid',
    },
    {
      name: 'the identity of a StatefulSet',
      old: object('apps/v1', 'StatefulSet', { spec: { selector: SELECTOR, template: template(), serviceName: 'a' } }),
      next: object('apps/v1', 'StatefulSet', { spec: { selector: SELECTOR, template: template(), serviceName: 'b' } }),
      field: 'spec',
      type: 'FieldValueForbidden',
    },
  ])('refuses to change $name', ({ old, next, field, type }) => {
    const before = defaulted(old);
    const errors = builtinRule(gvkOf(next))?.validate(defaulted(next, before), before) ?? [];
    expect(errors.map((error) => [error.field, error.type])).toEqual([[field, type]]);
    expect(faults(old, old)).toEqual([]);
  });

  it('lets the image of a running Pod change', () => {
    expect(
      faults(pod({ containers: [{ ...CONTAINER, image: 'nginx:2', imagePullPolicy: 'IfNotPresent' }] }), pod({})),
    ).toEqual([]);
  });

  it('takes types of Secrets that are named like members of every object', () => {
    expect(faults(object('v1', 'Secret', { type: 'toString' }))).toEqual([]);
  });
});
