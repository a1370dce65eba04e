import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../kube/index.ts';
import { applicationKey, applicationName, ownerOf, trackingId, withTracking } from './tracking.ts';

function object(metadata: KubeObject['metadata'], kind = 'Deployment', apiVersion = 'apps/v1'): KubeObject {
  return { apiVersion, kind, metadata };
}

describe('tracking', () => {
  it('writes ids as upstream does', () => {
    expect(trackingId('web', object({ name: 'a', namespace: 'n' }))).toBe('web:apps/Deployment:n/a');
    expect(trackingId('web', object({ name: 'system:a:b' }, 'ClusterRole', 'rbac.authorization.k8s.io/v1'))).toBe(
      'web:rbac.authorization.k8s.io/ClusterRole:/system:a:b',
    );
  });

  it.each([
    { reason: 'its own object', copy: {}, owner: 'web' },
    { reason: 'a copy of another name', copy: { name: 'b' }, owner: undefined },
    { reason: 'a copy in another namespace', copy: { namespace: 'm' }, owner: undefined },
  ])('takes the annotation of $reason for $owner', ({ copy, owner }) => {
    const tracked = withTracking('web', object({ name: 'a', namespace: 'n' }));
    expect(ownerOf({ ...tracked, metadata: { ...tracked.metadata, ...copy } })).toBe(owner);
  });

  it.each(['', 'web', 'web:Deployment', 'web:apps/Deployment:a'])('does not take %j for an id', (value) => {
    expect(ownerOf(object({ name: 'a', annotations: { 'argocd.argoproj.io/tracking-id': value } }))).toBeUndefined();
  });

  it('names Applications of other namespaces apart', () => {
    expect(applicationName({ name: 'web', namespace: 'argocd' }, 'argocd')).toBe('web');
    const name = applicationName({ name: 'web', namespace: 'team' }, 'argocd');
    expect(applicationKey(name, 'argocd')).toEqual({ namespace: 'team', name: 'web' });
  });
});
