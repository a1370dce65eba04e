import { describe, expect, it } from 'vitest';
import { parseImage } from './image.ts';

describe('parseImage', () => {
  it.each([
    {
      name: 'everything',
      image: '127.0.0.1:5000/stoa/gateway:1.2.0@sha256:ab',
      expected: { repository: '127.0.0.1:5000/stoa/gateway', name: 'gateway', tag: '1.2.0', digest: 'sha256:ab' },
    },
    {
      name: 'a port and no tag',
      image: 'localhost:5000/gateway',
      expected: { repository: 'localhost:5000/gateway', name: 'gateway', tag: '', digest: '' },
    },
    { name: 'a name', image: 'redis', expected: { repository: 'redis', name: 'redis', tag: '', digest: '' } },
    { name: 'a tag', image: 'redis:7', expected: { repository: 'redis', name: 'redis', tag: '7', digest: '' } },
    {
      name: 'a digest and no tag',
      image: 'a/redis@sha256:cd',
      expected: { repository: 'a/redis', name: 'redis', tag: '', digest: 'sha256:cd' },
    },
  ])('takes $name apart', ({ image, expected }) => expect(parseImage(image)).toEqual(expected));
});
