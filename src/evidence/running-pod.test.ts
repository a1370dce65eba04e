import { describe, expect, it } from 'vitest';
import { runningPod } from './running-pod.ts';
import { digest } from './testing/records.ts';

const pod = (image: string, imageID?: string): object => ({
  metadata: { name: 'p', namespace: 'n' },
  spec: { containers: [{ name: 'app', image }] },
  status: { phase: 'Running', containerStatuses: imageID === undefined ? [] : [{ name: 'app', imageID }] },
});

describe(runningPod, () => {
  it.each([
    { reason: 'the runtime names it', image: 'x:1', id: `x@${digest('a')}`, expected: digest('a') },
    {
      reason: 'an older runtime names it',
      image: 'x:1',
      id: `docker-pullable://x@${digest('a')}`,
      expected: digest('a'),
    },
    {
      reason: 'what runs counts, not what is asked for',
      image: `x@${digest('b')}`,
      id: `x@${digest('a')}`,
      expected: digest('a'),
    },
    { reason: 'it is pinned and has not started', image: `x@${digest('b')}`, id: undefined, expected: digest('b') },
    { reason: 'the id of a local image is no digest', image: 'x:1', id: digest('a'), expected: undefined },
    { reason: 'nothing names it', image: 'x:1', id: '', expected: undefined },
  ])('reads the digest: $reason', ({ image, id, expected }) => {
    expect(runningPod('c', pod(image, id))?.containers).toEqual([
      { name: 'app', image, ...(expected === undefined ? {} : { digest: expected }) },
    ]);
  });

  it('sees containers of every kind', () => {
    const seen = runningPod('c', {
      metadata: { name: 'p', namespace: 'n', deletionTimestamp: '2026-01-01T00:00:00Z' },
      spec: {
        containers: [{ name: 'app', image: 'x' }],
        initContainers: [{ name: 'init', image: 'y' }],
        ephemeralContainers: [{ name: 'debug', image: 'z' }],
      },
      status: {
        phase: 'Running',
        initContainerStatuses: [{ name: 'init', imageID: `y@${digest('c')}` }],
        ephemeralContainerStatuses: [{ name: 'debug', imageID: `z@${digest('d')}` }],
      },
    });

    expect(seen).toMatchObject({ cluster: 'c', namespace: 'n', name: 'p', terminating: true });
    expect(seen?.containers.map(({ name, digest: found }) => [name, found])).toEqual([
      ['app', undefined],
      ['init', digest('c')],
      ['debug', digest('d')],
    ]);
  });

  it.each(['Succeeded', 'Failed'])('leaves out a pod that has ended: %s', (phase) => {
    expect(runningPod('c', { metadata: { name: 'p' }, spec: {}, status: { phase } })).toBeUndefined();
  });
});
