import { describe, expect, it } from 'vitest';
import { isClusterScoped } from './identity.ts';

describe(isClusterScoped, () => {
  it.each([
    { group: '', version: 'v1', kind: 'Namespace', expected: true },
    { group: 'rbac.authorization.k8s.io', version: 'v1beta1', kind: 'ClusterRole', expected: true },
    { group: 'admissionregistration.k8s.io', version: 'v1', kind: 'MutatingWebhookConfiguration', expected: true },
    { group: '', version: 'v1', kind: 'Pod', expected: false },
    { group: 'example.com', version: 'v1', kind: 'Namespace', expected: false },
    { group: 'rbac.authorization.k8s.io', version: 'v2', kind: 'ClusterRole', expected: false },
    { group: 'admissionregistration.k8s.io', version: 'v1', kind: 'ValidatingAdmissionPolicy', expected: false },
  ])('answers $expected for $kind of $group/$version, as upstream does', ({ expected, ...gvk }) => {
    expect(isClusterScoped(gvk)).toBe(expected);
  });
});
