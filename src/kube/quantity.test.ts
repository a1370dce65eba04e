import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scaleIntOrPercent } from './int-or-string.ts';
import { normalise, semanticEqual } from './normalise.ts';
import { QuantityError, compareQuantities, formatQuantity, parseQuantity, quantityEqual } from './quantity.ts';
import { builtinSchema } from './schema/builtin.ts';

describe('formatQuantity', () => {
  it.each([
    ['0', '0'],
    ['0Gi', '0'],
    ['1', '1'],
    [1, '1'],
    [0.5, '500m'],
    ['1000m', '1'],
    ['1500m', '1500m'],
    ['0.1', '100m'],
    ['.5', '500m'],
    ['5.', '5'],
    ['1000', '1k'],
    ['1234567', '1234567'],
    ['1.5Gi', '1536Mi'],
    ['1024Mi', '1Gi'],
    ['1536Ki', '1536Ki'],
    ['0.5Ki', '512'],
    ['1023', '1023'],
    ['1024', '1024'],
    ['1Ki', '1Ki'],
    ['1.5Ki', '1536'],
    ['0.1Mi', '104857600m'],
    ['12e6', '12e6'],
    ['1E3', '1e3'],
    ['1e-3', '1e-3'],
    ['-100m', '-100m'],
    ['+1', '1'],
    ['1n', '1n'],
    ['0.1n', '1n'],
    ['1E', '1E'],
    ['100E', '9223372036854775807'],
  ])('writes %s as %s', (text, canonical) => {
    expect(formatQuantity(parseQuantity(text))).toBe(canonical);
  });

  it('keeps value and form when read again', () => {
    const number = fc.tuple(fc.integer({ min: -1_000_000, max: 1_000_000 }), fc.nat(999));
    const suffix = fc.constantFrom('', 'm', 'u', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi', 'e3', 'e-6');
    fc.assert(
      fc.property(number, suffix, ([whole, fraction], end) => {
        const text = `${whole}.${String(fraction).padStart(3, '0')}${end}`;
        const canonical = formatQuantity(parseQuantity(text));
        expect(quantityEqual(canonical, text)).toBe(true);
        expect(formatQuantity(parseQuantity(canonical))).toBe(canonical);
        expect(canonical).not.toContain('.');
      }),
    );
  });

  it.each(['', 'a', '1 Gi', '1KiB', '1e', '--1', '1.2.3', '1i', 'NaN', '9'.repeat(200)])('refuses %s', (text) => {
    expect(() => parseQuantity(text)).toThrow(QuantityError);
  });
});

describe('compareQuantities', () => {
  it.each([
    ['1', '999m', 1],
    ['1Gi', '1G', 1],
    ['-1', '1', -1],
    ['1024Mi', '1Gi', 0],
  ])('compares %s with %s', (a, b, order) => {
    expect(compareQuantities(a, b)).toBe(order);
  });
});

describe('quantityEqual', () => {
  it.each([
    ['1', 1, true],
    ['0.1', '100m', true],
    ['1', '2', false],
    ['x', 'x', true],
    ['x', '1', false],
    [undefined, '0', false],
  ])('says of %s and %s: %s', (a, b, equal) => {
    expect(quantityEqual(a, b)).toBe(equal);
  });
});

describe('scaleIntOrPercent', () => {
  it('takes numbers as they are and percentages of the total', () => {
    expect(scaleIntOrPercent(3, 10)).toBe(3);
    expect(scaleIntOrPercent('25%', 10)).toBe(2);
    expect(scaleIntOrPercent('25%', 10, 'up')).toBe(3);
    expect(() => scaleIntOrPercent('25', 10)).toThrow();
  });
});

describe('normalise', () => {
  const schema = builtinSchema({ group: '', version: 'v1', kind: 'Pod' });
  const pod = (
    cpu: string | number,
  ): { spec: { containers: { name: string; resources: { limits: { cpu: string | number } } }[] } } => ({
    spec: { containers: [{ name: 'a', resources: { limits: { cpu } } }] },
  });

  it('writes quantities canonically and drops nulls, sharing the rest', () => {
    if (schema === undefined) throw new Error('no schema');
    expect(normalise({ metadata: { labels: null }, ...pod(0.5) }, schema)).toEqual({ metadata: {}, ...pod('500m') });
    const same = pod('1');
    expect(normalise(same, schema)).toBe(same);
    expect(semanticEqual(pod('1000m'), pod(1), schema)).toBe(true);
    expect(semanticEqual(pod('1000m'), pod('1001m'), schema)).toBe(false);
  });
});
