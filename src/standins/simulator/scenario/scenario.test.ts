import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../core/index.ts';
import { behaviourOf, matchesGlob } from './behaviour.ts';
import { imageId, parseImage } from './image.ts';
import { defaultScenario, parseScenario } from './scenario.ts';

describe(parseScenario, () => {
  it('reads rules in order', () => {
    const scenario = parseScenario(`
rules:
  - image: "*:v2"
    env: { name: MODE, value: "slow*" }
    behaviour: { kind: slow, readyAfterMs: 2500, logs: [hello] }
  - image: "*:v2"
    behaviour: { kind: never-ready }
`);
    const container = { name: 'web', image: 'repo/web:v2', env: [{ name: 'MODE', value: 'slow-start' }] };

    expect(behaviourOf(scenario, container)).toEqual({ kind: 'slow', readyAfterMs: 2500, logs: ['hello'] });
    expect(behaviourOf(scenario, { ...container, env: [] }).kind).toBe('never-ready');
    expect(behaviourOf(scenario, { ...container, image: 'repo/web:v3' }).kind).toBe('ready');
  });

  it.each([
    {
      reason: 'an unknown behaviour',
      text: 'rules: [{image: a, behaviour: {kind: explode}}]',
      field: 'rules.0.behaviour.kind',
    },
    { reason: 'an unknown field', text: 'rules: [{imagen: a, behaviour: {kind: ready}}]', field: 'rules.0' },
    { reason: 'a rule that matches nothing', text: 'rules: [{behaviour: {kind: ready}}]', field: 'rules.0' },
    { reason: 'no rules', text: 'a: 1', field: 'rules' },
    { reason: 'no document', text: '', field: '' },
    { reason: 'no YAML', text: 'a: [', field: '' },
  ])('refuses $reason', ({ text, field }) => {
    expect(() => parseScenario(text)).toThrow(UsageError);
    expect(() => parseScenario(text)).toThrow(field);
  });
});

describe('the default scenario', () => {
  it.each([
    { image: 'repo/web:1.0', kind: 'ready' },
    { image: 'repo/web:1.1-broken', kind: 'crash-loop' },
    { image: 'repo/broken/web:1.0', kind: 'ready' },
    { image: 'repo/web:broken@sha256:0', kind: 'crash-loop' },
  ])('takes $image for $kind', ({ image, kind }) => {
    expect(behaviourOf(defaultScenario, { name: 'web', image }).kind).toBe(kind);
  });
});

describe(parseImage, () => {
  const digest = `sha256:${'a'.repeat(64)}`;

  it.each([
    { reference: 'nginx', expected: { repository: 'nginx' } },
    { reference: 'nginx:1', expected: { repository: 'nginx', tag: '1' } },
    { reference: 'localhost:5000/web', expected: { repository: 'localhost:5000/web' } },
    { reference: 'localhost:5000/web:2', expected: { repository: 'localhost:5000/web', tag: '2' } },
    { reference: `r/web:2@${digest}`, expected: { repository: 'r/web', tag: '2', digest } },
  ])('$reference', ({ reference, expected }) => {
    expect(parseImage(reference)).toEqual(expected);
  });

  it('keeps the digest of a reference, and makes one up that stays the same', () => {
    expect(imageId(`r/web:2@${digest}`)).toBe(`r/web@${digest}`);
    expect(imageId('r/web:2')).toMatch(/^r\/web@sha256:[0-9a-f]{64}$/);
    expect(imageId('r/web:2')).toBe(imageId('r/web:2'));
    expect(imageId('r/web:2')).not.toBe(imageId('r/web:3'));
  });
});

describe(matchesGlob, () => {
  it.each([
    { glob: '*', text: '', expected: true },
    { glob: 'a*c', text: 'abbc', expected: true },
    { glob: 'a*c', text: 'abbd', expected: false },
    { glob: 'a?c', text: 'abc', expected: true },
    { glob: 'a?c', text: 'ac', expected: false },
    { glob: '*b*b*', text: 'abcb', expected: true },
    { glob: 'a.c', text: 'abc', expected: false },
  ])('$glob on $text is $expected', ({ glob, text, expected }) => {
    expect(matchesGlob(glob, text)).toBe(expected);
  });

  it('takes no longer for a glob of many stars', () => {
    expect(matchesGlob('*a'.repeat(200), 'a'.repeat(20_000) + 'b')).toBe(false);
  });
});
