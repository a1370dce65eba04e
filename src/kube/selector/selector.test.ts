import { describe, expect, it } from 'vitest';
import { parseFieldSelector } from './field-selector.ts';
import { matchLabels, parseLabelSelector } from './label-selector.ts';
import { SelectorError } from './selector-error.ts';

const LABELS = { app: 'web', tier: 'front', 'example.com/size': '10', empty: '' };

describe('parseLabelSelector', () => {
  it.each([
    { text: '', matches: true },
    { text: 'app=web', matches: true },
    { text: 'app == web , tier!=back', matches: true },
    { text: 'app=web,tier=back', matches: false },
    { text: 'missing!=x', matches: true },
    { text: 'empty=', matches: true },
    { text: 'empty=,app', matches: true },
    { text: 'app in (web, api)', matches: true },
    { text: 'app in (api)', matches: false },
    { text: 'empty in (,x)', matches: true },
    { text: 'app notin (web)', matches: false },
    { text: 'missing notin (web),app', matches: true },
    { text: 'app', matches: true },
    { text: '!app', matches: false },
    { text: '! missing', matches: true },
    { text: 'example.com/size>9', matches: true },
    { text: 'example.com/size < 9', matches: false },
    { text: 'app>9', matches: false },
    { text: 'in in (in)', matches: false },
    { text: '__proto__', matches: undefined },
    { text: 'constructor', matches: false },
  ])('decides $text', ({ text, matches }) => {
    if (matches === undefined) expect(() => parseLabelSelector(text)).toThrow(SelectorError);
    else expect(parseLabelSelector(text)(LABELS)).toBe(matches);
  });

  it.each([
    'a=b=c',
    'a in b',
    'a in (b',
    'a in (b))',
    ',',
    'a,',
    'a,,b',
    '=b',
    '!',
    'a b',
    'a=b c',
    'a>x',
    'a/b/c',
    '-a',
    'a=-',
    'k'.repeat(64),
    '(a)',
  ])('refuses %s', (text) => {
    expect(() => parseLabelSelector(text)).toThrow(SelectorError);
  });

  it('treats an object without labels as one with none', () => {
    expect(parseLabelSelector('!a')(undefined)).toBe(true);
    expect(parseLabelSelector('a')(undefined)).toBe(false);
  });
});

describe('matchLabels', () => {
  it.each([
    { name: 'no selector', selector: undefined, matches: false },
    { name: 'an empty selector', selector: {}, matches: true },
    { name: 'equal labels', selector: { matchLabels: { app: 'web' } }, matches: true },
    { name: 'another label', selector: { matchLabels: { app: 'api' } }, matches: false },
    { name: 'In', selector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['web'] }] }, matches: true },
    {
      name: 'NotIn an absent key',
      selector: { matchExpressions: [{ key: 'x', operator: 'NotIn', values: ['y'] }] },
      matches: true,
    },
    { name: 'Exists', selector: { matchExpressions: [{ key: 'tier', operator: 'Exists' }] }, matches: true },
    {
      name: 'DoesNotExist',
      selector: { matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] },
      matches: false,
    },
    {
      name: 'both parts, one failing',
      selector: {
        matchLabels: { app: 'web' },
        matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['front'] }],
      },
      matches: false,
    },
  ])('decides $name', ({ selector, matches }) => {
    expect(matchLabels(selector, LABELS)).toBe(matches);
  });

  it.each([
    { reason: 'an unknown operator', selector: { matchExpressions: [{ key: 'a', operator: 'Near', values: ['b'] }] } },
    {
      reason: 'an inherited operator',
      selector: { matchExpressions: [{ key: 'a', operator: 'constructor', values: ['b'] }] },
    },
    { reason: 'In without values', selector: { matchExpressions: [{ key: 'a', operator: 'In', values: [] }] } },
    { reason: 'Exists with values', selector: { matchExpressions: [{ key: 'a', operator: 'Exists', values: ['b'] }] } },
    { reason: 'a bad key', selector: { matchLabels: { 'a b': 'c' } } },
    { reason: 'a number as value', selector: { matchLabels: { a: 1 } } },
    { reason: 'a list', selector: [] },
  ])('refuses $reason', ({ selector }) => {
    expect(() => matchLabels(selector, LABELS)).toThrow(SelectorError);
  });
});

describe('parseFieldSelector', () => {
  it.each([
    { text: '', terms: [] },
    { text: 'metadata.name=a', terms: [['metadata.name', '=', 'a']] },
    {
      text: 'a==b,c!=d',
      terms: [
        ['a', '=', 'b'],
        ['c', '!=', 'd'],
      ],
    },
    { text: 'spec.nodeName=', terms: [['spec.nodeName', '=', '']] },
    { text: String.raw`a=x\,y\=z\\`, terms: [['a', '=', String.raw`x,y=z` + '\\']] },
  ])('reads $text', ({ text, terms }) => {
    expect(parseFieldSelector(text).map(({ field, operator, value }) => [field, operator, value])).toEqual(terms);
  });

  it.each(['a', '=b', 'a=b=c', String.raw`a=b\x`, 'a=b\\'])('refuses %s', (text) => {
    expect(() => parseFieldSelector(text)).toThrow(SelectorError);
  });
});
