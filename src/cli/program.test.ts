import { describe, expect, it } from 'vitest';
import { UsageError, silentLogger } from '../core/index.ts';
import type { Command, Input } from './command.ts';
import { parseInteger, runProgram } from './program.ts';
import { createTerminal } from './terminal/terminal.ts';

function harness() {
  const printed: string[] = [];
  const calls: { name: string; input: Input; output: string }[] = [];
  const stream = {
    write: (text: string) => printed.push(text),
    isTTY: false,
    columns: 80,
  } as unknown as NodeJS.WriteStream;
  const command = (name: string, exitCode = 0): Command => ({
    name,
    summary: `do ${name}`,
    args: [
      { name: 'first', description: 'one' },
      { name: 'second', description: 'two', required: false },
    ],
    options: [
      { name: 'data-dir', value: 'DIR', description: 'folder', default: '.stoa-cd' },
      { name: 'force', description: 'go on' },
    ],
    async run(input, { output }) {
      calls.push({ name, input, output });
      return exitCode;
    },
  });
  const run = (...argv: string[]): Promise<number> =>
    runProgram([command('plain'), command('group inner', 1)], argv, {
      terminal: createTerminal({ stdout: stream, stderr: stream, env: {} }),
      env: {},
      cwd: '/',
      logger: silentLogger,
      signal: new AbortController().signal,
    });
  return { printed, calls, run };
}

describe(runProgram, () => {
  it('gives arguments, options and switches to the command', async () => {
    const { calls, run } = harness();

    expect(await run('plain', 'a', '--data-dir', 'x', '--force', '--output', 'json')).toBe(0);

    expect(calls).toEqual([
      {
        name: 'plain',
        input: { args: { first: 'a', second: undefined }, options: { 'data-dir': 'x' }, switches: new Set(['force']) },
        output: 'json',
      },
    ]);
  });

  it('answers the exit code of a two-word command', async () => {
    const { run } = harness();

    expect(await run('group', 'inner', 'a')).toBe(1);
  });

  it.each([
    { reason: 'unknown command', argv: ['nonsense'] },
    { reason: 'missing argument', argv: ['plain'] },
    { reason: 'unknown option', argv: ['plain', 'a', '--nope'] },
    { reason: 'value that is no choice', argv: ['plain', 'a', '--output', 'xml'] },
  ])('answers 2 for wrong usage: $reason', async ({ argv }) => {
    const { calls, run } = harness();

    expect(await run(...argv)).toBe(2);
    expect(calls).toEqual([]);
  });

  it.each([['--help'], ['plain', '--help'], ['--version']])('answers 0 for %s', async (...argv) => {
    const { printed, run } = harness();

    expect(await run(...argv)).toBe(0);
    expect(printed.join('')).not.toBe('');
  });
});

describe(parseInteger, () => {
  it.each(['x', '1.5', '-1', '70000', ''])('refuses %j as a port', (text) => {
    expect(() => parseInteger(text === '' ? 'NaN' : text, 'port', [0, 65_535])).toThrow(UsageError);
  });

  it('reads a whole number in range', () => {
    expect(parseInteger('8480', 'port', [0, 65_535])).toBe(8480);
  });
});
