import { execFileSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleOffline } from './bundle.ts';

const scratch = mkdtempSync(join(tmpdir(), 'stoa-bundle-'));
const program = join(scratch, 'render.js');

beforeAll(async () => {
  await bundleOffline(program);
  mkdirSync(join(scratch, 'app'));
  writeFileSync(join(scratch, 'app/kustomization.yaml'), 'configMapGenerator: [{name: a, literals: [b=c]}]\n');
}, 30_000);

afterAll(() => rmSync(scratch, { recursive: true }));

describe(bundleOffline, () => {
  it('writes one file that renders by itself', () => {
    const printed = execFileSync(process.execPath, [program, 'render', 'app'], { cwd: scratch, encoding: 'utf8' });

    expect(printed).toContain('kind: ConfigMap\nmetadata:\n  name: a-');
  });

  it('answers 1 for what cannot be rendered and 2 for wrong usage', () => {
    const exitCode = (...argv: readonly string[]): unknown => {
      try {
        return execFileSync(process.execPath, [program, ...argv], { cwd: scratch, stdio: 'ignore' });
      } catch (error) {
        return (error as { readonly status?: unknown }).status;
      }
    };

    expect(exitCode('render', 'nowhere')).toBe(1);
    expect(exitCode('render', '--nothing')).toBe(2);
  });
});
