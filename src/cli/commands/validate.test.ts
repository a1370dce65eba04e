import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseYaml, silentLogger } from '../../core/index.ts';
import { getPath } from '../../kube/index.ts';
import { runProgram } from '../program.ts';
import { createTerminal } from '../terminal/terminal.ts';
import { templateDirectory } from '../wire/template.ts';
import { validateCommand } from './validate.ts';

const scratch = mkdtempSync(join(tmpdir(), 'stoa-validate-'));
mkdirSync(join(scratch, 'envs/prod'), { recursive: true });
writeFileSync(join(scratch, 'envs/prod/kustomization.yaml'), 'resources: [gone.yaml]\n');

afterAll(() => rmSync(scratch, { recursive: true }));

async function run(...argv: readonly string[]): Promise<{ readonly exitCode: number; readonly text: string }> {
  const lines: string[] = [];
  const terminal = createTerminal({ stdout: process.stdout, stderr: process.stderr, env: { NO_COLOR: '1' } });
  const exitCode = await runProgram([validateCommand], ['validate', ...argv], {
    terminal: { ...terminal, out: (text) => void lines.push(text), err: () => undefined },
    env: {},
    cwd: scratch,
    logger: silentLogger,
    signal: AbortSignal.timeout(30_000),
  });
  return { exitCode, text: lines.join('\n') };
}

describe('validate', () => {
  it('finds nothing in the template of environments', async () => {
    const { exitCode, text } = await run(templateDirectory('stoa-envs'), '--output', 'json');

    expect(JSON.parse(text)).toMatchObject({ findings: [] });
    expect(exitCode).toBe(0);
  });

  it('answers 1 and says where and how to mend it when there is an error', async () => {
    const { exitCode, text } = await run();

    expect(exitCode).toBe(1);
    expect(text).toContain('envs/prod/kustomization.yaml: error render (envs/prod)');
    expect(text).toContain('  mend: ');
  });

  it.each([
    { format: 'json', rule: (text: string) => getPath(JSON.parse(text), 'findings', 0, 'rule') },
    { format: 'yaml', rule: (text: string) => getPath(parseYaml(text)[0], 'findings', 0, 'rule') },
    { format: 'sarif', rule: (text: string) => getPath(JSON.parse(text), 'runs', 0, 'results', 0, 'ruleId') },
  ])('prints findings as $format', async ({ format, rule }) => {
    expect(rule((await run('--output', format)).text)).toBe('render');
  });

  it('answers 2 when the format is unknown', async () => {
    expect((await run('--output', 'xml')).exitCode).toBe(2);
  });

  it('refuses a folder that is not there as wrong usage', async () => {
    await expect(run('nowhere')).rejects.toMatchObject({ code: 'USAGE' });
  });
});
