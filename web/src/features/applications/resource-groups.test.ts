import { describe, expect, it } from 'vitest';
import type { Resource } from '../../lib/contract.ts';
import { groupResources, needsLook } from './resource-groups.ts';

function resource(kind: string, change: Partial<Resource> = {}): Resource {
  return { group: '', kind, name: 'one', sync: 'Synced', requiresPruning: false, ...change };
}

describe('groupResources', () => {
  it('puts kinds that need a look first, then sorts by name', () => {
    const groups = groupResources([
      resource('Service'),
      resource('ConfigMap', { name: 'b' }),
      resource('ConfigMap', { name: 'a' }),
      resource('Secret', { sync: 'OutOfSync' }),
    ]);
    expect(groups.map(({ kind }) => kind)).toEqual(['Secret', 'ConfigMap', 'Service']);
    expect(groups[1]?.resources.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('tells kinds of the same name apart', () => {
    const groups = groupResources([resource('Service'), resource('Service', { group: 'serving.knative.dev' })]);
    expect(groups.map(({ kind }) => kind)).toEqual(['Service', 'Service.serving.knative.dev']);
  });
});

describe('needsLook', () => {
  it.each([
    { name: 'healthy', change: { health: 'Healthy' as const }, expected: false },
    { name: 'without health', change: {}, expected: false },
    { name: 'degraded', change: { health: 'Degraded' as const }, expected: true },
    { name: 'to be pruned', change: { requiresPruning: true }, expected: true },
    { name: 'out of sync', change: { sync: 'OutOfSync' as const }, expected: true },
  ])('is $expected for what is $name', ({ change, expected }) => {
    expect(needsLook(resource('Deployment', change))).toBe(expected);
  });
});
