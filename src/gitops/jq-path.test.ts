import { describe, expect, it } from 'vitest';
import { compilePath } from './jq-path.ts';

const DOCUMENT = {
  spec: {
    replicas: 3,
    'odd-name': 1,
    template: {
      containers: [
        { name: 'web', image: 'web:1', env: [{ name: 'A' }, { name: 'B' }] },
        { name: 'proxy', image: 'istio/proxy:2', env: [] },
      ],
    },
  },
};

describe('compilePath', () => {
  it.each([
    { text: '.spec.replicas', paths: ['spec.replicas'] },
    { text: '.spec."odd-name"', paths: ['spec.odd-name'] },
    { text: '.spec["odd-name"]', paths: ['spec.odd-name'] },
    { text: '.spec.template.containers[0].image', paths: ['spec.template.containers.0.image'] },
    { text: '.spec.template.containers[-1].image', paths: ['spec.template.containers.1.image'] },
    {
      text: '.spec.template.containers[].image',
      paths: ['spec.template.containers.0.image', 'spec.template.containers.1.image'],
    },
    { text: '.spec.template.containers[] | select(.name == "proxy")', paths: ['spec.template.containers.1'] },
    {
      text: '.spec.template.containers[] | select(.name == "web") | .env[] | select(.name != "A").name',
      paths: ['spec.template.containers.0.env.1.name'],
    },
    { text: '.spec.template.containers[] | select(.image | test("^istio/"))', paths: ['spec.template.containers.1'] },
    { text: '.spec.template.containers[] | select(.env | length > 0 and true)', paths: ['spec.template.containers.0'] },
    {
      text: '.spec.template.containers[] | select(.name | startswith("w") | not)',
      paths: ['spec.template.containers.1'],
    },
    { text: '.spec | .replicas, ."odd-name"', paths: ['spec.replicas', 'spec.odd-name'] },
    { text: '.. | select(.image? == "web:1")', paths: ['spec.template.containers.0'] },
    { text: '.spec.missing[]?', paths: [] },
  ])('finds $paths for $text', ({ text, paths }) => {
    expect(compilePath(text)(DOCUMENT).map((path) => path.join('.'))).toEqual(paths);
  });

  it.each(['this is not( valid jq', '.a |', '.a + 1', 'del(.a)', '.[', '.a | select(.b == "x"'])(
    'refuses %s',
    (text) => {
      expect(() => compilePath(text)).toThrow(expect.objectContaining({ code: 'INVALID_SPEC' }));
    },
  );
});
