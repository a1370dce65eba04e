import { describe, expect, it } from 'vitest';
import { pod } from '../testing/builders.ts';
import { referencesOf } from './references.ts';
import { qosClass } from './qos-class.ts';
import type { Container } from '../model/pod.ts';

describe(referencesOf, () => {
  it('names what containers and volumes need, and leaves out what is optional', () => {
    const base = pod('web');
    const containers = [
      {
        name: 'web',
        envFrom: [{ configMapRef: { name: 'a' } }, { secretRef: { name: 'b', optional: true } }],
        env: [
          { name: 'X', value: 'plain' },
          { name: 'Y', valueFrom: { secretKeyRef: { name: 'c', key: 'k' } } },
          { name: 'Z', valueFrom: { configMapKeyRef: { name: 'd', key: 'k', optional: true } } },
        ],
      },
    ];
    const volumes = [
      { name: 'v1', configMap: { name: 'e' } },
      { name: 'v2', secret: { secretName: 'f' } },
      { name: 'v3', secret: { secretName: 'g', optional: true } },
    ];

    expect(referencesOf({ ...base, spec: { ...base.spec, containers, volumes } })).toEqual([
      { kind: 'ConfigMap', name: 'e', volume: 'v1' },
      { kind: 'Secret', name: 'f', volume: 'v2' },
      { kind: 'ConfigMap', name: 'a', container: 'web' },
      { kind: 'Secret', name: 'c', container: 'web' },
    ]);
  });
});

describe(qosClass, () => {
  const full = { cpu: '1', memory: '1Gi' };

  it.each<{ resources: NonNullable<Container['resources']>; expected: string }>([
    { resources: {}, expected: 'BestEffort' },
    { resources: { requests: { cpu: '1' } }, expected: 'Burstable' },
    { resources: { limits: full }, expected: 'Guaranteed' },
    { resources: { limits: full, requests: full }, expected: 'Guaranteed' },
    { resources: { limits: full, requests: { cpu: '500m' } }, expected: 'Burstable' },
  ])('is $expected', ({ resources, expected }) => {
    const base = pod('web');

    expect(qosClass({ ...base, spec: { containers: [{ name: 'web', resources }] } })).toBe(expected);
  });
});
