import { describe, expect, it } from 'vitest';
import { findBuiltinKind } from './builtin-kinds.ts';

function fieldsOf(gvk: string): readonly string[] | undefined {
  const [group = '', version = '', kind = ''] = gvk.split('/');
  const found = findBuiltinKind({ group, version, kind });
  return found?.type === 'object' ? [...found.fields.keys()] : undefined;
}

describe(findBuiltinKind, () => {
  it.each([
    { reason: 'a stable version', gvk: 'apps/v1/Deployment', field: 'spec' },
    { reason: 'a version before it', gvk: 'batch/v1beta1/CronJob', field: 'spec' },
    { reason: 'the group that a kind was in', gvk: 'extensions/v1beta1/Ingress', field: 'spec' },
    { reason: 'a kind that is gone', gvk: 'policy/v1beta1/PodSecurityPolicy', field: 'metadata' },
  ])('knows $reason', ({ gvk, field }) => {
    expect(fieldsOf(gvk)).toContain(field);
  });

  it.each([
    { reason: 'a version that came later', gvk: 'autoscaling/v2/HorizontalPodAutoscaler' },
    { reason: 'a kind that came later', gvk: 'networking.k8s.io/v1/ServiceCIDR' },
    { reason: 'a version that never was', gvk: 'apps/v1beta3/Deployment' },
    { reason: 'a custom kind', gvk: 'example.com/v1/Widget' },
  ])('does not know $reason', ({ gvk }) => {
    expect(fieldsOf(gvk)).toBeUndefined();
  });
});
