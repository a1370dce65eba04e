import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../core/index.ts';
import type { ScalarType } from '../kube/index.ts';
import { scalarsEqual } from './semantic-equal.ts';

describe('scalarsEqual', () => {
  it.each<{ type: ScalarType | undefined; a: JsonValue; b: JsonValue; equal: boolean }>([
    { type: 'quantity', a: '1Gi', b: '1024Mi', equal: true },
    { type: 'quantity', a: '0.5', b: '500m', equal: true },
    { type: 'quantity', a: '1e3', b: '1k', equal: true },
    { type: 'quantity', a: '1E', b: '1000P', equal: true },
    { type: 'quantity', a: '1E2', b: '100', equal: true },
    { type: 'quantity', a: '-1', b: '-1000m', equal: true },
    { type: 'quantity', a: 2, b: '2', equal: true },
    { type: 'quantity', a: '1Gi', b: '1G', equal: false },
    { type: 'quantity', a: 'x', b: 'y', equal: false },
    { type: 'quantity', a: '', b: '0', equal: false },
    { type: 'int-or-string', a: 80, b: '80', equal: true },
    { type: 'int-or-string', a: '25%', b: '26%', equal: false },
    { type: 'duration', a: '90s', b: '1m30s', equal: true },
    { type: 'time', a: '2026-01-01T00:00:00Z', b: '2026-01-01T01:00:00+01:00', equal: true },
    { type: 'string', a: '1', b: 1, equal: false },
    { type: undefined, a: '1000m', b: '1', equal: false },
    { type: 'boolean', a: true, b: true, equal: true },
  ])('says $equal for $a and $b as $type', ({ type, a, b, equal }) => {
    expect(scalarsEqual(type, a, b)).toBe(equal);
  });
});
