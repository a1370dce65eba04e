import { describe, expect, it } from 'vitest';
import { getPath } from '../kube/index.ts';
import { toSarif } from './sarif.ts';
import { edited, findingsWith } from './sound-repository.ts';

describe(toSarif, () => {
  it('tells rule, level, file and line of a finding', async () => {
    const log = toSarif(await findingsWith(edited('base/web.yaml', 'replicas: 1', 'replica: 1')), '1.2.3');

    expect(log['version']).toBe('2.1.0');
    expect(getPath(log, 'runs', 0, 'tool', 'driver', 'version')).toBe('1.2.3');
    const result = getPath(log, 'runs', 0, 'results', 0);
    expect(getPath(result, 'ruleId')).toBe('schema-field');
    expect(getPath(result, 'level')).toBe('error');
    expect(getPath(result, 'locations', 0, 'physicalLocation')).toEqual({
      artifactLocation: { uri: 'base/web.yaml' },
      region: { startLine: 6 },
    });
    const index = Number(getPath(result, 'ruleIndex'));
    expect(getPath(log, 'runs', 0, 'tool', 'driver', 'rules', index, 'id')).toBe('schema-field');
  });

  it('keeps the fingerprint of a finding when lines above it change', async () => {
    const before = await findingsWith(edited('base/web.yaml', 'replicas: 1', 'replica: 1'));
    const after = await findingsWith(edited('base/web.yaml', 'replicas: 1', '# a remark\n  replica: 1'));
    const print = (findings: typeof before) =>
      getPath(toSarif(findings, '1'), 'runs', 0, 'results', 0, 'partialFingerprints');

    expect(before[0]?.place).not.toEqual(after[0]?.place);
    expect(print(before)).toEqual(print(after));
  });

  it('names no line where none is known', async () => {
    const log = toSarif(await findingsWith({ 'stoa-validate.yaml': 'a: 1\n' }), '1');

    expect(getPath(log, 'runs', 0, 'results', 0, 'locations', 0, 'physicalLocation')).toEqual({
      artifactLocation: { uri: 'stoa-validate.yaml' },
    });
  });
});
