import { describe, expect, it } from 'vitest';
import type { FieldPath } from './field-path.ts';
import { formatPath } from './field-path.ts';
import { covers, parseFieldPattern, patternOfJq, patternOfPointer } from './field-pattern.ts';
import type { FieldPattern } from './field-pattern.ts';

const REPLICAS: FieldPath = ['spec', 'replicas'];
const BUNDLE: FieldPath = ['webhooks', { keys: { name: 'a' } }, 'clientConfig', 'caBundle'];
const REVISION: FieldPath = ['metadata', 'annotations', 'deployment.kubernetes.io/revision'];
const IMAGE: FieldPath = ['spec', 'containers', { keys: { name: 'main' } }, 'image'];

function matched(pattern: FieldPattern | undefined, path: FieldPath): boolean {
  return pattern !== undefined && covers(pattern, path);
}

describe('covers', () => {
  it.each<{ pattern: string; path: FieldPath; expected: boolean }>([
    { pattern: 'spec.replicas', path: REPLICAS, expected: true },
    { pattern: 'spec', path: REPLICAS, expected: true },
    { pattern: 'spec.replica', path: REPLICAS, expected: false },
    { pattern: 'spec.replicas.more', path: REPLICAS, expected: false },
    { pattern: 'webhooks[*].clientConfig.caBundle', path: BUNDLE, expected: true },
    { pattern: 'webhooks.clientConfig', path: BUNDLE, expected: false },
    { pattern: 'metadata.annotations["deployment.kubernetes.io/*"]', path: REVISION, expected: true },
    { pattern: 'metadata.annotations["other/*"]', path: REVISION, expected: false },
    { pattern: 'spec.containers[name=main].image', path: IMAGE, expected: true },
    { pattern: 'spec.containers[name=other].image', path: IMAGE, expected: false },
    { pattern: 'spec.containers[0].image', path: ['spec', 'containers', { index: 0 }, 'image'], expected: true },
  ])('$pattern: $expected', ({ pattern, path, expected }) => {
    expect(matched(parseFieldPattern(pattern), path)).toBe(expected);
  });

  it.each(['', 'spec..replicas', 'spec[', 'spec["a"'])('takes %j for no pattern', (text) => {
    expect(parseFieldPattern(text)).toBeUndefined();
  });
});

describe('the patterns of an Application', () => {
  it.each<{ rule: string; path: FieldPath; expected: boolean }>([
    { rule: '/spec/replicas', path: REPLICAS, expected: true },
    { rule: '/metadata/annotations/deployment.kubernetes.io~1revision', path: REVISION, expected: true },
    { rule: '/spec/containers/0/image', path: IMAGE, expected: true },
    { rule: 'spec/replicas', path: REPLICAS, expected: false },
  ])('pointer $rule: $expected', ({ rule, path, expected }) => {
    expect(matched(patternOfPointer(rule), path)).toBe(expected);
  });

  it.each<{ rule: string; path: FieldPath; expected: boolean }>([
    { rule: '.spec.replicas', path: REPLICAS, expected: true },
    { rule: '.spec.containers[].image', path: IMAGE, expected: true },
    { rule: '.spec.containers[] | select(.name == "main").image', path: IMAGE, expected: true },
    { rule: '.spec.containers[] | select(.name == "other") | .image', path: IMAGE, expected: false },
    { rule: '.metadata.annotations["deployment.kubernetes.io/revision"]', path: REVISION, expected: true },
    { rule: '.spec | keys', path: REPLICAS, expected: false },
  ])('jq $rule: $expected', ({ rule, path, expected }) => {
    expect(matched(patternOfJq(rule), path)).toBe(expected);
  });
});

describe('formatPath', () => {
  it('writes what a pattern reads', () => {
    expect(formatPath(REVISION)).toBe('metadata.annotations["deployment.kubernetes.io/revision"]');
    expect(formatPath(IMAGE)).toBe('spec.containers[name=main].image');
    expect(matched(parseFieldPattern(formatPath(IMAGE)), IMAGE)).toBe(true);
  });
});
