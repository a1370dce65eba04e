import { describe, expect, it } from 'vitest';
import type { RegistryError } from './errors.ts';
import { formatReference, parseReference } from './reference.ts';

const DIGEST = `sha256:${'a1'.repeat(32)}`;

describe(parseReference, () => {
  it.each([
    {
      text: 'registry.example.com/stoa/gateway:1.2',
      registry: 'registry.example.com',
      repository: 'stoa/gateway',
      tag: '1.2',
    },
    { text: `127.0.0.1:5000/gateway@${DIGEST}`, registry: '127.0.0.1:5000', repository: 'gateway', digest: DIGEST },
    { text: `localhost/a/b/c:x@${DIGEST}`, registry: 'localhost', repository: 'a/b/c', tag: 'x', digest: DIGEST },
  ])('takes $text apart, and formatReference puts it together', ({ text, ...parts }) => {
    expect(parseReference(text)).toEqual(parts);
    expect(formatReference(parseReference(text))).toBe(text);
  });

  it.each([
    { reason: 'no registry', text: 'gateway:1' },
    { reason: 'a first part that is no host', text: 'stoa/gateway:1' },
    { reason: 'an upper-case repository', text: 'registry.example.com/Stoa:1' },
    { reason: 'a path that climbs', text: 'registry.example.com/../x:1' },
    { reason: 'a short digest', text: 'registry.example.com/x@sha256:abc' },
    { reason: 'two digests', text: `registry.example.com/x@${DIGEST}@${DIGEST}` },
    { reason: 'an empty tag', text: 'registry.example.com/x:' },
    { reason: 'nothing', text: '' },
  ])('refuses $reason', ({ text }) => {
    expect(() => parseReference(text)).toThrow(expect.objectContaining({ code: 'INVALID_REFERENCE' }) as RegistryError);
  });
});
