import { describe, expect, it } from 'vitest';
import { factLines } from './fact-lines.ts';

describe('factLines', () => {
  it.each([
    { name: 'text', fact: { deployedBy: 'carol' }, line: { label: 'Deployed by', values: ['carol'], code: false } },
    {
      name: 'a hash',
      fact: { commit: 'a'.repeat(40) },
      line: { label: 'Commit', values: ['a'.repeat(40)], code: true },
    },
    {
      name: 'a list',
      fact: { approvers: ['bob', 'eve'] },
      line: { label: 'Approvers', values: ['bob', 'eve'], code: false },
    },
    { name: 'yes', fact: { last: true }, line: { label: 'Last', values: ['yes'], code: false } },
    {
      name: 'a gate',
      fact: { gates: [{ name: 'smoke-test', state: 'passed', reason: 'It ran', at: '2026-01-15T09:00:00Z' }] },
      line: { label: 'Gates', values: ['Smoke test passed: It ran'], code: false },
    },
    {
      name: 'an image',
      fact: { images: [{ name: 'a', repository: 'r/a', tag: '1', digest: 'sha256:ab' }] },
      line: { label: 'Images', values: ['r/a:1@sha256:ab'], code: false },
    },
    {
      name: 'anything else',
      fact: { other: { a: 1, b: null } },
      line: { label: 'Other', values: ['a 1, b '], code: false },
    },
  ])('says $name', ({ fact, line }) => expect(factLines(fact)).toEqual([line]));

  it('leaves out what is empty, and shows times in the time of the reader', () => {
    const time = '2026-01-15T09:00:00Z';
    const lines = factLines({ approvers: [], message: '', at: time });
    expect(lines).toEqual([{ label: 'At', values: [new Date(time).toLocaleString()], code: false }]);
  });
});
