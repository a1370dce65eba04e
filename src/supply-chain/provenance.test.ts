import { describe, expect, it } from 'vitest';
import type { ProvenanceRule } from './artefact-policy.ts';
import { anchored } from './anchored.ts';
import { SLSA_V02, SLSA_V1, judgeProvenance, readProvenance } from './provenance.ts';
import type { Statement } from './statement.ts';

const REPOSITORY = 'https://gitlab.example.com/stoa/stoa-platform';
const COMMIT = 'ab'.repeat(20);
const RUNNER = 'https://gitlab.example.com/stoa/stoa-platform/-/runners/12';
const TIMES = { startedOn: '2026-11-20T10:00:00Z', finishedOn: '2026-11-20T10:01:00+01:00' };

function statement(predicateType: string, predicate: unknown): Statement {
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ digest: { sha256: 'c'.repeat(64) } }],
    predicateType,
    predicate,
  };
}

function v1(externalParameters: object, resolvedDependencies: readonly object[]): Statement {
  const runDetails = { builder: { id: RUNNER }, metadata: TIMES };
  return statement(SLSA_V1, { buildDefinition: { externalParameters, resolvedDependencies }, runDetails });
}

describe(readProvenance, () => {
  it.each([
    {
      name: 'of stoa-cd ci',
      made: v1({ source: { uri: REPOSITORY, ref: 'refs/heads/main' } }, [
        { uri: `git+${REPOSITORY}@refs/heads/main`, digest: { gitCommit: COMMIT } },
      ]),
    },
    {
      name: 'with a plain source and a ref beside it',
      made: v1({ source: REPOSITORY, ref: 'refs/heads/main' }, [{ uri: REPOSITORY, digest: { sha256: COMMIT } }]),
    },
    {
      name: 'of GitHub',
      made: v1({ workflow: { repository: REPOSITORY, ref: 'refs/heads/main', path: '.github/workflows/x.yml' } }, [
        { uri: `git+${REPOSITORY}@refs/heads/main`, digest: { gitCommit: COMMIT } },
      ]),
    },
    {
      name: 'with a ref on the source alone',
      made: v1({ source: `git+${REPOSITORY}.git@refs/heads/main` }, [
        { uri: `git+${REPOSITORY}.git`, digest: { sha1: COMMIT } },
      ]),
    },
    {
      name: 'of version 0.2',
      made: statement(SLSA_V02, {
        builder: { id: RUNNER },
        invocation: { configSource: { uri: `git+${REPOSITORY}@refs/heads/main`, digest: { sha1: COMMIT } } },
        metadata: { buildStartedOn: TIMES.startedOn, buildFinishedOn: TIMES.finishedOn },
      }),
    },
  ])('reads one $name', ({ made }) => {
    expect(readProvenance(made)).toEqual({
      builder: RUNNER,
      repository: REPOSITORY,
      ref: 'refs/heads/main',
      commit: COMMIT,
      builtAt: '2026-11-20T09:01:00.000Z',
    });
  });

  it("names no ref for the metadata of GitLab's runner, which has none", () => {
    const made = statement(SLSA_V02, {
      builder: { id: RUNNER },
      invocation: {
        configSource: { uri: REPOSITORY, digest: { sha256: COMMIT } },
        parameters: { CI_COMMIT_REF_NAME: '', CI_COMMIT_BRANCH: '' },
      },
      metadata: { buildFinishedOn: TIMES.finishedOn },
    });

    expect(readProvenance(made)).toMatchObject({ repository: REPOSITORY, commit: COMMIT, ref: '' });
  });

  it('does not take a variable for the ref: who starts a pipeline may set it', () => {
    const made = v1({ source: REPOSITORY, variables: { CI_COMMIT_REF_NAME: 'main', CI_COMMIT_TAG: 'v1' } }, []);

    expect(readProvenance(made).ref).toBe('');
  });

  it('does not take a dependency for the source', () => {
    const made = v1({ source: { uri: 'https://gitlab.example.com/eve/fork', ref: 'refs/heads/main' } }, [
      { uri: `git+${REPOSITORY}@refs/heads/main`, digest: { gitCommit: COMMIT } },
    ]);

    expect(readProvenance(made)).toMatchObject({ repository: 'https://gitlab.example.com/eve/fork', commit: '' });
  });

  it('leaves open what is not said', () => {
    expect(readProvenance(v1({}, []))).toMatchObject({ repository: '', ref: '', commit: '' });
  });

  it.each([
    { name: 'nothing', predicate: null },
    { name: 'no builder', predicate: { buildDefinition: { externalParameters: {} }, runDetails: {} } },
    {
      name: 'parameters of another shape',
      predicate: { buildDefinition: { externalParameters: [] }, runDetails: { builder: { id: 'x' } } },
    },
  ])('refuses $name', ({ predicate }) => {
    expect(() => readProvenance(statement(SLSA_V1, predicate))).toThrow();
    expect(() => readProvenance(statement(SLSA_V02, predicate))).toThrow();
  });
});

describe(judgeProvenance, () => {
  const rule: ProvenanceRule = {
    builder: anchored('https://gitlab.example.com/stoa/stoa-platform/-/runners/*'),
    sourceRepository: `${REPOSITORY}.git`,
    refs: [anchored('refs/heads/main'), anchored('refs/tags/v*')],
    commit: undefined,
    signedBy: [],
  };
  const good = { builder: RUNNER, repository: REPOSITORY, ref: 'refs/heads/main', commit: COMMIT, builtAt: '' };

  it.each([
    { name: 'what the policy asks for', source: good, code: undefined },
    { name: 'a tag', source: { ...good, ref: 'refs/tags/v1.2.3' }, code: undefined },
    { name: 'a branch that begins alike', source: { ...good, ref: 'refs/heads/main-2' }, code: 'OTHER_REF' },
    { name: 'a tag below a folder', source: { ...good, ref: 'refs/tags/v1/x' }, code: 'OTHER_REF' },
    {
      name: 'a project that begins alike',
      source: { ...good, repository: `${REPOSITORY}-fork` },
      code: 'OTHER_SOURCE',
    },
    {
      name: 'a group that ends alike',
      source: { ...good, repository: REPOSITORY.replace('//', '//x') },
      code: 'OTHER_SOURCE',
    },
    { name: 'another builder', source: { ...good, builder: `${RUNNER}/x` }, code: 'OTHER_BUILDER' },
    { name: 'a short commit', source: { ...good, commit: 'abc1234' }, code: 'OTHER_COMMIT' },
    {
      name: 'nothing said',
      source: { builder: '', repository: '', ref: '', commit: '', builtAt: '' },
      code: 'OTHER_BUILDER',
    },
  ])('judges $name', ({ source, code }) => {
    expect(judgeProvenance(source, rule)?.code).toBe(code);
  });

  it('pins a commit', () => {
    expect(judgeProvenance(good, { ...rule, commit: COMMIT })).toBeUndefined();
    expect(judgeProvenance(good, { ...rule, commit: 'cd'.repeat(20) })?.code).toBe('OTHER_COMMIT');
  });
});
