import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMarker, writeMarker } from './marker.ts';

const hostile = fc.constantFrom('-->', '<!--', '<!-- stoa-cd:eyJhIjoxfQ -->', '\0', '</script>', '<!-- stoa-cd:');
const text = fc.array(fc.oneof(fc.string(), hostile)).map((parts) => parts.join(''));

describe(writeMarker, () => {
  it('is read as it was written, whatever surrounds it', () => {
    fc.assert(
      fc.property(text, text, (description, value) => {
        expect(readMarker(writeMarker(description, { value }))).toEqual({ value });
      }),
    );
  });

  it('takes the place of an earlier one and keeps the text', () => {
    const once = writeMarker('Because', { a: 1 });

    const twice = writeMarker(once, { a: 2 });

    expect(twice.startsWith('Because\n')).toBe(true);
    expect(twice.split('stoa-cd:')).toHaveLength(2);
  });
});

describe(readMarker, () => {
  it.each([
    { reason: 'nothing', description: 'Because' },
    { reason: 'no JSON', description: '<!-- stoa-cd:bm90IGpzb24 -->' },
    { reason: 'a list', description: `<!-- stoa-cd:${Buffer.from('[1]').toString('base64url')} -->` },
  ])('answers nothing for $reason', ({ description }) => {
    expect(readMarker(description)).toBeUndefined();
  });
});
