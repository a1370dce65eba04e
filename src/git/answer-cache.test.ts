import { expect, it } from 'vitest';
import { AnswerCache } from './answer-cache.ts';

it('keeps answers, the last asked for the longest, within bounds', () => {
  const cache = new AnswerCache();
  const large = Buffer.alloc(3 * 1024 * 1024);
  for (let number = 0; number < 10; number++) {
    cache.put(['ls-tree', String(number)], large);
    expect(cache.get(['ls-tree', '0'])).toBe(large);
  }
  cache.put(['ls-tree', '10'], large);

  const kept = Array.from({ length: 11 }, (_, number) => cache.get(['ls-tree', String(number)]) !== undefined);

  expect(kept).toEqual([true, false, ...Array<boolean>(9).fill(true)]);
  cache.put(['ls-tree', 'huge'], Buffer.alloc(5 * 1024 * 1024));
  expect(cache.get(['ls-tree', 'huge'])).toBeUndefined();
  cache.clear();
  expect(cache.get(['ls-tree', '0'])).toBeUndefined();
});
