import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../kube/index.ts';
import { crashLoopOf } from './crash-loops.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const IMAGES = [{ name: 'web', repository: 'registry.example.com/web', tag: '2', digest: DIGEST }];

interface Shape {
  readonly image?: string;
  readonly restartCount?: number;
  readonly reason?: string;
}

function pod({
  image = `registry.example.com/web:2@${DIGEST}`,
  restartCount = 2,
  reason = 'CrashLoopBackOff',
}: Shape): KubeObject {
  const state = { waiting: { reason } };
  const lastState = { terminated: { exitCode: 137, reason: 'OOMKilled' } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web-1', namespace: 'shop' },
    spec: {
      containers: [
        { name: 'main', image },
        { name: 'proxy', image: 'proxy:1' },
      ],
    },
    status: { containerStatuses: [{ name: 'main', restartCount, state, lastState }] },
  };
}

describe('a crash loop', () => {
  it('is named with its pod, its count and how it ended', () => {
    expect(crashLoopOf(pod({}), IMAGES)).toBe(
      'Container main of shop/web-1 crashed 3 times, the last time with exit code 137 (OOMKilled)',
    );
  });

  it.each([
    { what: 'an image of another release', shape: { image: `registry.example.com/web:1@sha256:${'b'.repeat(64)}` } },
    { what: 'a single restart', shape: { restartCount: 1 } },
    { what: 'a container that waits for something else', shape: { reason: 'ContainerCreating' } },
  ])('is not $what', ({ shape }) => {
    expect(crashLoopOf(pod(shape), IMAGES)).toBeUndefined();
  });

  it('is not read from a pod without a status', () => {
    expect(
      crashLoopOf({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x', namespace: 'y' } }, IMAGES),
    ).toBeUndefined();
  });
});
