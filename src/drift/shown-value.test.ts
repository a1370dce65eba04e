import { describe, expect, it } from 'vitest';
import type { FieldPath } from './field-path.ts';
import { shownValue } from './shown-value.ts';

const at = (kind: string, ...path: FieldPath) => ({ kind, path, salt: 'a' });
const HASH = /^hmac:[0-9a-f]{16}$/;

describe('shownValue', () => {
  it('shows settings as they are, values as JSON', () => {
    expect(shownValue('a:1', at('Deployment', 'spec', 'image'))).toBe('a:1');
    expect(shownValue({ b: 1, a: [2] }, at('Deployment', 'spec'))).toBe('{"a":[2],"b":1}');
  });

  it('cuts what is long', () => {
    const shown = shownValue('x'.repeat(5_000), at('ConfigMap', 'data', 'a'));

    expect(shown.length).toBeLessThan(300);
    expect(shown).toContain('5000');
  });

  it.each([
    { reason: 'of a Secret', value: 'aHVudGVyMg==', place: at('Secret', 'data', 'a') },
    {
      reason: 'under the name of one',
      value: 'hunter2',
      place: at('Deployment', 'env', { keys: { name: 'DB_PASSWORD' } }, 'value'),
    },
    { reason: 'with one inside', value: { name: 'API_TOKEN', value: 'hunter2' }, place: at('Deployment', 'env') },
  ])('shows only a hash of a value $reason', ({ value, place }) => {
    expect(shownValue(value, place)).toMatch(HASH);
    expect(shownValue(value, place)).toBe(shownValue(value, place));
    expect(shownValue(value, { ...place, salt: 'b' })).not.toBe(shownValue(value, place));
  });
});
