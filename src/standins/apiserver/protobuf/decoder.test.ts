import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../core/index.ts';
import { protobufBody } from '../testing/protobuf-encoder.ts';
import type { Field } from '../testing/protobuf-encoder.ts';
import { protobufDecoder } from './decoder.ts';

function decode(apiVersion: string, kind: string, object: readonly Field[]): JsonValue {
  return protobufDecoder.decode(protobufBody(apiVersion, kind, object));
}

describe('protobufDecoder', () => {
  it('keeps a zero that was meant, and drops one that says nothing', () => {
    // replicas (1) sits behind a pointer, minReadySeconds (5) does not
    const deployment = decode('apps/v1', 'Deployment', [
      [
        2,
        [
          [1, 0],
          [5, 0],
          [7, 0],
        ],
      ],
    ]);
    expect(deployment).toEqual({ apiVersion: 'apps/v1', kind: 'Deployment', spec: { replicas: 0 } });
  });

  it('reads maps, bytes, quantities, times and what is either a number or a text', () => {
    const time = 1_767_225_600; // 2026-01-01
    const metadata: Field = [
      1,
      [
        [1, 's'],
        [8, [[1, time]]],
        [
          11,
          [
            [1, 'app'],
            [2, 'web'],
          ],
        ],
      ],
    ];
    expect(
      decode('v1', 'Secret', [
        metadata,
        [
          2,
          [
            [1, 'a'],
            [2, 'b'],
          ],
        ],
        [5, 0],
      ]),
    ).toMatchObject({
      metadata: { name: 's', creationTimestamp: '2026-01-01T00:00:00Z', labels: { app: 'web' } },
      data: { a: 'Yg==' },
      immutable: false,
    });
    expect(
      decode('v1', 'ResourceQuota', [
        [
          2,
          [
            [
              1,
              [
                [1, 'cpu'],
                [2, [[1, '500m']]],
              ],
            ],
          ],
        ],
      ]),
    ).toMatchObject({
      spec: { hard: { cpu: '500m' } },
    });
    const port = (target: readonly Field[]): Field => [
      2,
      [
        [
          1,
          [
            [3, 80],
            [4, target],
          ],
        ],
      ],
    ];
    expect(
      decode('v1', 'Service', [
        port([
          [1, 0],
          [2, 8080],
        ]),
      ]),
    ).toMatchObject({ spec: { ports: [{ targetPort: 8080 }] } });
    expect(
      decode('v1', 'Service', [
        port([
          [1, 1],
          [2, 0],
          [3, 'http'],
        ]),
      ]),
    ).toMatchObject({ spec: { ports: [{ targetPort: 'http' }] } });
    expect(
      decode('v1', 'Service', [
        port([
          [1, 0],
          [2, 0],
        ]),
      ]),
    ).toMatchObject({ spec: { ports: [{ port: 80 }] } });
  });

  it('puts the fields of inlined messages beside those of their owner', () => {
    const map: Field = [
      1,
      [
        [1, 'v'],
        [2, [[19, [[1, [[1, 'settings']]]]]]],
      ],
    ];
    expect(decode('v1', 'Pod', [[2, [map]]])).toMatchObject({
      spec: { volumes: [{ name: 'v', configMap: { name: 'settings' } }] },
    });
    const probe: Field = [
      2,
      [
        [
          2,
          [
            [1, 'c'],
            [
              10,
              [
                [
                  1,
                  [
                    [
                      2,
                      [
                        [1, '/'],
                        [
                          2,
                          [
                            [1, 0],
                            [2, 80],
                          ],
                        ],
                      ],
                    ],
                  ],
                ],
                [2, 5],
              ],
            ],
          ],
        ],
      ],
    ];
    expect(decode('v1', 'Pod', [probe])).toMatchObject({
      spec: { containers: [{ livenessProbe: { httpGet: { path: '/', port: 80 }, initialDelaySeconds: 5 } }] },
    });
  });

  it.each<{ name: string; apiVersion: string; kind: string; fields: readonly Field[]; code: number }>([
    { name: 'a kind outside the table', apiVersion: 'v1', kind: 'Endpoints', fields: [], code: 415 },
    { name: 'a field outside the table', apiVersion: 'v1', kind: 'ConfigMap', fields: [[99, 'x']], code: 415 },
    {
      name: 'a text where a number should be',
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      fields: [[2, [[1, 'x']]]],
      code: 400,
    },
    { name: 'a number where a message should be', apiVersion: 'v1', kind: 'ConfigMap', fields: [[1, 5]], code: 400 },
    {
      name: 'a polluting key',
      apiVersion: 'v1',
      kind: 'ConfigMap',
      fields: [
        [
          2,
          [
            [1, '__proto__'],
            [2, 'x'],
          ],
        ],
      ],
      code: 400,
    },
  ])('refuses $name', ({ apiVersion, kind, fields, code }) => {
    expect(() => decode(apiVersion, kind, fields)).toThrow(
      expect.objectContaining({ status: expect.objectContaining({ httpCode: code }) as unknown }),
    );
  });
});
