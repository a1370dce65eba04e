import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { filesOfPolicy, readArtefactPolicy } from './artefact-policy.ts';
import { ArtefactPolicyError } from './errors.ts';

const KEY = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .publicKey.export({ type: 'spki', format: 'pem' })
  .toString();
const SUBJECT = 'https://gitlab.example.com/stoa/stoa-platform//.gitlab-ci.yml@refs/heads/main';
const PROVENANCE = {
  builder: 'https://gitlab.example.com/stoa/stoa-platform/-/runners/*',
  sourceRepository: 'https://gitlab.example.com/stoa/stoa-platform',
  refs: ['refs/heads/main'],
};

interface Parts {
  readonly image?: object;
  readonly spec?: object;
  readonly document?: object;
}

/** JSON is YAML: a policy that is right, with parts replaced. */
function policy({ image = {}, spec = {}, document = {} }: Parts = {}): string {
  return JSON.stringify({
    apiVersion: 'delivery.stoa.dev/v1alpha1',
    kind: 'ArtefactPolicy',
    metadata: { name: 'artefacts' },
    spec: {
      keys: [{ name: 'ci', publicKey: KEY }],
      images: [{ repository: 'registry.example.com/stoa/*', signedBy: [{ key: 'ci' }], ...image }],
      ...spec,
    },
    ...document,
  });
}

function issuesOf(text: string): readonly string[] {
  try {
    readArtefactPolicy(text);
    return [];
  } catch (error) {
    if (error instanceof ArtefactPolicyError) return error.issues;
    throw error;
  }
}

describe(readArtefactPolicy, () => {
  it('reads keys, rules and times', () => {
    const image = { provenance: PROVENANCE, notBefore: '2026-01-31T00:00:00Z', protectedEnvironments: ['prod'] };
    const read = readArtefactPolicy(policy({ image, spec: { cache: { maxAge: '6h' } } }));

    expect(read).toMatchObject({ name: 'artefacts', cacheMaxAgeMs: 21_600_000 });
    expect(read.images[0]).toMatchObject({ notBefore: Date.UTC(2026, 0, 31), protectedEnvironments: ['prod'] });
    expect(read.images[0]?.provenance?.signedBy).toEqual(read.images[0]?.signedBy);
  });

  it.each([
    { repository: 'registry.example.com/stoa/*', image: 'registry.example.com/stoa/gateway', matches: true },
    { repository: 'registry.example.com/stoa/*', image: 'registry.example.com/stoa/a/b', matches: false },
    { repository: 'registry.example.com/stoa/*', image: 'registry.example.com.evil.net/stoa/a', matches: false },
    { repository: 'registry.example.com/stoa/*', image: 'xregistry.example.com/stoa/a', matches: false },
    { repository: 'registry.example.com/stoa/**', image: 'registry.example.com/stoa/a/b', matches: true },
    { repository: 'registry.example.com/stoa/**', image: 'registry.example.com/stoa', matches: false },
    { repository: 'registry.example.com/stoa/gate.way', image: 'registry.example.com/stoa/gatexway', matches: false },
  ])('matches the whole of a repository: $repository and $image, $matches', ({ repository, image, matches }) => {
    const [rule] = readArtefactPolicy(policy({ image: { repository } })).images;

    expect(rule?.repository.matches(image)).toBe(matches);
  });

  it('has another hash for another key, rule or trusted root, and the same for the same', () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
    const spec = { keys: [{ name: 'ci', file: 'ci.pem' }] };
    const hash = (pem: string): string => readArtefactPolicy(policy({ spec }), () => pem).hash;

    expect(hash(KEY)).toBe(hash(KEY));
    expect(hash(KEY)).not.toBe(hash(other.export({ type: 'spki', format: 'pem' }).toString()));
    expect(readArtefactPolicy(policy()).hash).not.toBe(readArtefactPolicy(policy({ image: { sbom: {} } })).hash);
  });

  describe('refuses a pattern that lets too much through', () => {
    const identity = (subject: string): Parts => ({
      image: { signedBy: [{ issuer: 'https://gitlab.example.com', subject }] },
    });
    const provenance = (part: object): Parts => ({ image: { provenance: { ...PROVENANCE, ...part } } });

    it.each([
      { name: 'every repository', parts: { image: { repository: '*' } }, path: 'repository' },
      { name: 'every repository of every registry', parts: { image: { repository: '*/**' } }, path: 'repository' },
      {
        name: 'a wildcard in the registry',
        parts: { image: { repository: '*.example.com/stoa/a' } },
        path: 'repository',
      },
      {
        name: 'every repository of a registry',
        parts: { image: { repository: 'registry.example.com/**' } },
        path: 'repository',
      },
      {
        name: 'a regular expression',
        parts: { image: { repository: 'registry.example.com/stoa/.*' } },
        path: 'repository',
      },
      { name: 'every subject', parts: identity('*'), path: 'subject' },
      { name: 'every subject, as a regular expression', parts: identity('.*'), path: 'subject' },
      {
        name: 'a project without branch or tag',
        parts: identity('https://gitlab.example.com/stoa/*'),
        path: 'subject',
      },
      {
        name: 'every branch',
        parts: identity('https://gitlab.example.com/stoa/a//.gitlab-ci.yml@refs/heads/*'),
        path: 'subject',
      },
      { name: 'every ref', parts: identity('https://gitlab.example.com/stoa/a//.gitlab-ci.yml@*'), path: 'subject' },
      { name: 'every project', parts: identity('https://gitlab.example.com/*/*@refs/heads/main'), path: 'subject' },
      {
        name: 'every workflow',
        parts: identity('https://github.com/stoa/a/.github/workflows/*@refs/heads/main'),
        path: 'subject',
      },
      { name: 'every builder', parts: provenance({ builder: '*' }), path: 'builder' },
      {
        name: 'every builder of a host',
        parts: provenance({ builder: 'https://gitlab.example.com/*' }),
        path: 'builder',
      },
      {
        name: 'a wildcard in the source',
        parts: provenance({ sourceRepository: 'https://gitlab.example.com/*' }),
        path: 'sourceRepository',
      },
      {
        name: 'a host as the source',
        parts: provenance({ sourceRepository: 'https://gitlab.example.com' }),
        path: 'sourceRepository',
      },
      { name: 'every branch of the source', parts: provenance({ refs: ['refs/heads/*'] }), path: 'refs' },
      { name: 'a ref without its kind', parts: provenance({ refs: ['main'] }), path: 'refs' },
      { name: 'no ref', parts: provenance({ refs: [] }), path: 'refs' },
    ])('$name', ({ parts, path }) => {
      const issues = issuesOf(policy(parts));

      expect(issues.length).toBeGreaterThan(0);
      expect(issues[0]?.split(':')[0]).toContain(path);
    });
  });

  it.each([
    { name: 'no YAML', text: '{', mention: '' },
    { name: 'two documents', text: `${policy()}\n---\n${policy()}`, mention: 'one document' },
    { name: 'another kind', text: policy({ document: { kind: 'Policy' } }), mention: 'kind' },
    { name: 'an unknown field', text: policy({ image: { signedby: [] } }), mention: 'spec.images.0' },
    { name: 'nobody who may sign', text: policy({ image: { signedBy: [] } }), mention: 'signedBy' },
    {
      name: 'key and identity in one',
      text: policy({ image: { signedBy: [{ key: 'ci', issuer: 'https://a.b' }] } }),
      mention: 'give key',
    },
    {
      name: 'an issuer without subject',
      text: policy({ image: { signedBy: [{ issuer: 'https://a.b' }] } }),
      mention: 'give key',
    },
    { name: 'a key that is not listed', text: policy({ image: { signedBy: [{ key: 'x' }] } }), mention: 'x' },
    {
      name: 'a file that is not there',
      text: policy({ spec: { keys: [{ name: 'ci', file: 'ci.pem' }] } }),
      mention: 'ci.pem',
    },
    {
      name: 'a path that climbs',
      text: policy({ spec: { keys: [{ name: 'ci', file: '../ci.pem' }] } }),
      mention: 'file',
    },
    {
      name: 'identities without a trusted root',
      text: policy({ image: { signedBy: [{ issuer: 'https://gitlab.example.com', subject: SUBJECT }] } }),
      mention: 'trustedRoot',
    },
    {
      name: 'a log without a trusted root',
      text: policy({ image: { signedBy: [{ key: 'ci', transparencyLog: true }] } }),
      mention: 'trustedRoot',
    },
    {
      name: 'a time without provenance',
      text: policy({ image: { notBefore: '2026-01-31T00:00:00Z' } }),
      mention: 'notBefore',
    },
    {
      name: 'a budget without a limit',
      text: policy({ image: { vulnerabilities: { budget: {} } } }),
      mention: 'limit',
    },
    { name: 'a duration that is over', text: policy({ spec: { cache: { maxAge: '-1h' } } }), mention: 'maxAge' },
    { name: 'a duration without a unit', text: policy({ spec: { cache: { maxAge: '6' } } }), mention: 'maxAge' },
  ])('refuses $name and says where', ({ text, mention }) => {
    const issues = issuesOf(text);

    expect(issues.length).toBeGreaterThan(0);
    expect(issues.join('\n')).toContain(mention);
  });

  it.each([
    {
      name: 'a private key',
      pem: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
    },
    { name: 'an Ed25519 key', pem: generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }) },
    { name: 'no key', pem: 'nonsense' },
  ])('refuses $name as a key', ({ pem }) => {
    const issues = issuesOf(policy({ spec: { keys: [{ name: 'ci', publicKey: pem.toString() }] } }));

    expect(issues[0]).toContain('key ci');
  });

  it.each(['nonsense', '{}', '[]', '{"certificateAuthorities":[{}]}'])('refuses %s as a trusted root', (root) => {
    const text = policy({ spec: { trustedRoot: { file: 'root.json' } } });

    expect(() => readArtefactPolicy(text, () => root)).toThrow(ArtefactPolicyError);
  });
});

describe(filesOfPolicy, () => {
  it('names the trusted root and the keys that are files', () => {
    const keys = [
      { name: 'ci', publicKey: KEY },
      { name: 'scanner', file: 'policy/scanner.pem' },
    ];

    expect(filesOfPolicy(policy({ spec: { trustedRoot: { file: 'policy/root.json' }, keys } }))).toEqual([
      'policy/root.json',
      'policy/scanner.pem',
    ]);
    expect(filesOfPolicy(policy())).toEqual([]);
    expect(() => filesOfPolicy('{}')).toThrow(ArtefactPolicyError);
  });
});
