import { expect, it } from 'vitest';
import { runCommand } from '../support/running-program.ts';

interface DemoResult {
  readonly simulated: boolean;
  readonly healedMs: number;
  readonly ledger: { readonly ok: boolean; readonly records: number };
  readonly kpis: readonly { readonly name: string; readonly samples: number; readonly met?: boolean }[];
}

it('takes a release to production and a bad one back, and ends with the five figures', async () => {
  const { code, stdout, stderr } = await runCommand(['demo', '--output', 'json']);

  expect({ code, failed: /✘.*/.exec(stderr)?.[0] }).toEqual({ code: 0, failed: undefined });
  const result = JSON.parse(stdout) as DemoResult;
  expect(result).toMatchObject({ simulated: true, ledger: { ok: true } });
  expect(result.kpis.map(({ samples, met }) => ({ facts: samples > 0, met }))).toEqual(
    Array.from({ length: 5 }, () => ({ facts: true, met: true })),
  );
}, 180_000);
