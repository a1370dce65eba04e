import { describe, expect, it } from 'vitest';
import { compareObject } from './compare.ts';
import { normalizeKnownTypes } from './known-types.ts';
import type { KubeObject } from '../kube/index.ts';

function custom(apiVersion: string, kind: string, spec: unknown): KubeObject {
  return { apiVersion, kind, metadata: { name: 'x', namespace: 'web' }, spec };
}

function rollout(cpu: unknown): KubeObject {
  const containers = [{ name: 'main', image: 'a', resources: { requests: { cpu } } }];
  return custom('argoproj.io/v1alpha1', 'Rollout', { template: { spec: { containers } } });
}

describe('normalizeKnownTypes', () => {
  it.each([
    ['8760h', '8760h0m0s'],
    ['90m', '1h30m0s'],
    ['90s', '1m30s'],
    ['-5s', '-5s'],
    ['soon', 'soon'],
  ])('writes the duration %s as %s', (given, expected) => {
    const object = custom('cert-manager.io/v1', 'Certificate', { duration: given });
    expect(normalizeKnownTypes(object)['spec']).toEqual({ duration: expected });
  });

  it('goes through lists, and leaves alone what is not there', () => {
    const object = custom('some.io/v1', 'Thing', { items: [{ ram: '1.25G' }, { other: 1 }] });
    const fields = [
      { field: 'spec.items.ram', type: 'core/Quantity' },
      { field: 'spec.nothing', type: 'core/v1/PodSpec' },
      { field: 'spec.items', type: 'of/no/kind' },
    ];
    expect(normalizeKnownTypes(object, fields)['spec']).toEqual({ items: [{ ram: '1250M' }, { other: 1 }] });
  });
});

describe('compareObject of a custom kind with fields of known types', () => {
  it('takes quantities that mean the same for the same', () => {
    expect(compareObject(rollout('2000m'), rollout(2))).toEqual([]);
  });

  it('tells those that differ apart', () => {
    expect(compareObject(rollout('2001m'), rollout(2))).not.toEqual([]);
  });
});
