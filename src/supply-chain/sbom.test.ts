import { describe, expect, it } from 'vitest';
import { readSbom } from './sbom.ts';

const HEX = 'ab'.repeat(32);
const DIGEST = `sha256:${HEX}`;
const cyclonedx = (component: object, components?: readonly object[]) => ({
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  metadata: { component },
  ...(components === undefined ? {} : { components }),
});
const spdx = {
  spdxVersion: 'SPDX-2.3',
  name: 'gateway',
  packages: [
    { SPDXID: 'SPDXRef-image', name: 'gateway', versionInfo: DIGEST },
    { SPDXID: 'SPDXRef-a', name: 'left-pad' },
    { SPDXID: 'SPDXRef-b', name: 'right-pad' },
  ],
  relationships: [
    { relationshipType: 'DESCRIBES', spdxElementId: 'SPDXRef-DOCUMENT', relatedSpdxElement: 'SPDXRef-image' },
    { relationshipType: 'CONTAINS', spdxElementId: 'SPDXRef-image', relatedSpdxElement: 'SPDXRef-a' },
  ],
};

describe(readSbom, () => {
  it.each([
    { name: 'a version', component: { name: 'gateway', version: DIGEST } },
    { name: 'a hash', component: { name: 'gateway', hashes: [{ alg: 'SHA-256', content: HEX }] } },
    { name: 'a package URL', component: { name: 'gateway', purl: `pkg:oci/gateway@sha256%3A${HEX}` } },
  ])('reads CycloneDX, and the digest of its subject from $name', ({ component }) => {
    expect(readSbom(cyclonedx(component, [{}, {}]))).toEqual({
      format: 'CycloneDX',
      version: '1.6',
      subject: 'gateway',
      digests: [DIGEST],
      components: 2,
    });
  });

  it('does not count what SPDX describes as a part of it', () => {
    expect(readSbom(spdx)).toEqual({
      format: 'SPDX',
      version: '2.3',
      subject: 'gateway',
      digests: [DIGEST],
      components: 2,
    });
  });

  it('reads a document that is wrapped, as text or not', () => {
    expect(readSbom({ Data: JSON.stringify(spdx) })).toEqual(readSbom(spdx));
    expect(readSbom({ Data: cyclonedx({}) })).toMatchObject({ format: 'CycloneDX', components: 0 });
  });

  it.each([null, 'text', {}, { bomFormat: 'CycloneDX' }, { Data: 'no JSON' }, { spdxVersion: 3 }])(
    'refuses %j',
    (document) => {
      expect(() => readSbom(document)).toThrow();
    },
  );
});
