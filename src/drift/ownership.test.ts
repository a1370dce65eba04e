import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../core/index.ts';
import type { KubeObject, ManagedFieldsEntry } from '../kube/index.ts';
import { compileCoOwner, isAllowed } from './rules.ts';
import type { Rules } from './rules.ts';
import { DEFAULT_CO_OWNERS } from './co-owners.ts';
import { formatPath } from './field-path.ts';
import { claimsOf } from './ownership.ts';

interface EntryParts {
  readonly subresource?: string;
  readonly operation?: 'Apply' | 'Update';
}

function entry(manager: string, fieldsV1: JsonObject, parts: EntryParts = {}): ManagedFieldsEntry {
  const base = { apiVersion: 'apps/v1', fieldsType: 'FieldsV1' as const, time: '2026-01-15T09:00:00Z' };
  return { manager, operation: 'Update', ...base, fieldsV1, ...parts };
}

const IMAGE: JsonObject = {
  'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"main"}': { 'f:image': {} } } } },
};
const GIT = entry(
  'argocd-controller',
  {
    'f:metadata': { 'f:labels': { 'f:app': {} } },
    'f:spec': {
      'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"main"}': { '.': {}, 'f:name': {}, 'f:image': {} } } } },
    },
  },
  { operation: 'Apply' },
);

function deployment(...others: readonly ManagedFieldsEntry[]): KubeObject {
  const containers = [
    { name: 'main', image: 'a:1', env: [{ name: 'DEBUG', value: '1' }], args: ['-v'] },
    { name: 'sidecar', image: 's:1' },
  ];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', labels: { app: 'web', added: 'x' }, finalizers: ['a/b'], managedFields: [GIT, ...others] },
    spec: { replicas: 3, template: { spec: { containers } } },
  };
}

const RULES: Rules = {
  coOwners: DEFAULT_CO_OWNERS.map(compileCoOwner),
  exceptions: [],
  ignored: { fields: [], managers: [] },
  isDefault: () => false,
};

function foreign(object: KubeObject): readonly string[] {
  return claimsOf(object).flatMap((claim) => (isAllowed(claim, object, RULES) ? [] : [formatPath(claim.path)]));
}

const CONTAINERS = (fields: JsonObject): JsonObject => ({
  'f:spec': { 'f:template': { 'f:spec': { 'f:containers': fields } } },
});

describe('claimsOf', () => {
  it.each<{ what: string; fields: JsonObject; expected: readonly string[] }>([
    {
      what: 'an added label',
      fields: { 'f:metadata': { 'f:labels': { '.': {}, 'f:added': {} } } },
      expected: ['metadata.labels.added'],
    },
    {
      what: 'an added container, as a whole',
      fields: CONTAINERS({ 'k:{"name":"sidecar"}': { '.': {}, 'f:image': {}, 'f:name': {} } }),
      expected: ['spec.template.spec.containers[name=sidecar]'],
    },
    {
      what: 'an added variable of a container of Git',
      fields: CONTAINERS({
        'k:{"name":"main"}': { 'f:env': { '.': {}, 'k:{"name":"DEBUG"}': { '.': {}, 'f:name': {} } } },
      }),
      expected: ['spec.template.spec.containers[name=main].env[name=DEBUG]'],
    },
    {
      what: 'a list that has one owner',
      fields: CONTAINERS({ 'k:{"name":"main"}': { 'f:args': {} } }),
      expected: ['spec.template.spec.containers[name=main].args'],
    },
    {
      what: 'a finalizer',
      fields: { 'f:metadata': { 'f:finalizers': { '.': {}, 'v:"a/b"': {} } } },
      expected: ['metadata.finalizers[=a/b]'],
    },
    { what: 'nothing that Git sets to the same value', fields: { 'f:spec': IMAGE }, expected: [] },
    { what: 'nothing that is gone', fields: { 'f:metadata': { 'f:labels': { 'f:gone': {} } } }, expected: [] },
    {
      what: 'nothing that the server keeps',
      fields: { 'f:metadata': { 'f:name': {} }, 'f:status': { 'f:x': {} } },
      expected: [],
    },
  ])('finds $what', ({ fields, expected }) => {
    expect(claimsOf(deployment(entry('kubectl-edit', fields))).map(({ path }) => formatPath(path))).toEqual(expected);
  });

  it('leaves the status out', () => {
    const report = entry('anybody', { 'f:spec': { 'f:replicas': {} } }, { subresource: 'status' });

    expect(claimsOf(deployment(report))).toEqual([]);
  });
});

describe('the default co-owners', () => {
  const replicas = { 'f:spec': { 'f:replicas': {} } };
  const label = { 'f:metadata': { 'f:labels': { 'f:added': {} } } };

  it.each<{ manager: string; fields: JsonObject; parts?: EntryParts; expected: readonly string[] }>([
    { manager: 'horizontal-pod-autoscaler', fields: replicas, expected: [] },
    { manager: 'horizontal-pod-autoscaler', fields: label, expected: ['metadata.labels.added'] },
    { manager: 'kube-controller-manager', fields: replicas, parts: { subresource: 'scale' }, expected: [] },
    { manager: 'kube-controller-manager', fields: replicas, expected: ['spec.replicas'] },
    { manager: 'kubectl', fields: replicas, parts: { subresource: 'scale' }, expected: ['spec.replicas'] },
    { manager: 'cert-manager-cainjector', fields: label, expected: ['metadata.labels.added'] },
    { manager: 'kube-scheduler', fields: label, expected: ['metadata.labels.added'] },
  ])('own no more than declared: $manager, $fields', ({ manager, fields, parts, expected }) => {
    expect(foreign(deployment(entry(manager, fields, parts)))).toEqual(expected);
  });
});
