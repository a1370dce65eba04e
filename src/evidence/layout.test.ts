import { describe, expect, it } from 'vitest';
import { keyIdAt, keyPath, recordPath, sequenceAt } from './layout.ts';

describe(recordPath, () => {
  it('puts at most a hundred entries into any folder', () => {
    const children = new Map<string, Set<string>>();
    for (let sequence = 1; sequence <= 25_000; sequence++) {
      const segments = recordPath(sequence).split('/');
      segments.forEach((name, depth) => {
        const folder = segments.slice(0, depth).join('/');
        children.set(folder, (children.get(folder) ?? new Set()).add(name));
      });
    }

    expect(Math.max(...[...children.values()].map(({ size }) => size))).toBe(100);
  });

  it.each([1, 99, 100, 123_456, 99_999_999])('is the place where record %d is looked for', (sequence) => {
    expect(sequenceAt(recordPath(sequence))).toBe(sequence);
  });
});

describe(sequenceAt, () => {
  it.each([
    { path: 'records/00/00000001.json', reason: 'folders are missing' },
    { path: 'records/00/00/01/00000001.json', reason: 'the folder is another record’s' },
    { path: 'records/00/00/00/00000000.json', reason: 'there is no record 0' },
    { path: 'x/records/00/00/00/00000001.json', reason: 'it lies in another folder' },
    { path: 'records/00/00/00/1.json', reason: 'digits are missing' },
  ])('knows no record at $path: $reason', ({ path }) => {
    expect(sequenceAt(path)).toBeUndefined();
  });
});

describe(keyIdAt, () => {
  it('gives back the id of the key that lies there', () => {
    expect(keyIdAt(keyPath('ab'.repeat(32)))).toBe('ab'.repeat(32));
    expect(keyIdAt('keys/other.pem')).toBeUndefined();
  });
});
