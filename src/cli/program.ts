import { Argument, Command as Commander, CommanderError, Option } from 'commander';
import { UsageError } from '../core/index.ts';
import type { Command, CommandContext, Input, OptionSpec, OutputFormat } from './command.ts';
import type { Terminal } from './terminal/terminal.ts';

/** What differs between one call and the next; the rest of the context is filled in by the parser. */
export type BaseContext = Omit<CommandContext, 'output'>;

export const VERSION = '0.1.0';

const OUTPUT: OptionSpec = {
  name: 'output',
  value: 'FORMAT',
  description: 'how to print the result',
  default: 'table',
  choices: ['table', 'json', 'yaml'],
};

/**
 * Parses `argv` (without node and script) and runs the command it names.
 * @returns the exit code: 0 done, 1 refused or failed, 2 wrong usage
 * @throws whatever the command throws
 */
export async function runProgram(
  commands: readonly Command[],
  argv: readonly string[],
  context: BaseContext,
): Promise<number> {
  let exitCode = 0;
  const run: Run = async (command, input, output) => {
    exitCode = await command.run(input, { ...context, output });
  };
  const program = buildProgram(commands, run, context.terminal);
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
  return exitCode;
}

type Run = (command: Command, input: Input, output: OutputFormat) => Promise<void>;

/** The commander program of `commands`; two-word names become subcommands. */
function buildProgram(commands: readonly Command[], run: Run, terminal: Terminal): Commander {
  const root = new Commander('stoa-cd')
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.err(text.trimEnd()),
    })
    .description('Pull-based GitOps continuous delivery for small teams under audit')
    .version(VERSION)
    .exitOverride()
    .showHelpAfterError('(stoa-cd --help lists the commands)');
  const groups = new Map<string, Commander>();
  for (const command of commands) {
    const [first = '', second] = command.name.split(' ');
    const parent = second === undefined ? root : groupOf(root, groups, first);
    addCommand(parent, command, run);
  }
  return root;
}

function groupOf(root: Commander, groups: Map<string, Commander>, name: string): Commander {
  const known = groups.get(name);
  if (known !== undefined) return known;
  const group = root.command(name).exitOverride();
  groups.set(name, group);
  return group;
}

function addCommand(parent: Commander, command: Command, run: Run): void {
  const name = command.name.split(' ').at(-1) ?? command.name;
  const node = parent.command(name).summary(command.summary).exitOverride();
  node.description([`${command.summary}.`, command.description ?? ''].join('\n\n').trim());
  for (const argument of command.args ?? []) {
    const label = argument.required === false ? `[${argument.name}]` : `<${argument.name}>`;
    node.addArgument(new Argument(label, argument.description));
  }
  const own = command.options ?? [];
  const options = own.some(({ name }) => name === OUTPUT.name) ? own : [...own, OUTPUT];
  for (const option of options) node.addOption(commanderOption(option));
  if (command.examples !== undefined)
    node.addHelpText('after', `\nExamples:\n${command.examples.map((e) => `  $ ${e}`).join('\n')}`);
  node.action(async () => {
    const values: Record<string, unknown> = node.opts();
    const input = toInput(command, node.processedArgs, values);
    await run(command, input, values['output'] as OutputFormat);
  });
}

function commanderOption(spec: OptionSpec): Option {
  const option = new Option(
    spec.value === undefined ? `--${spec.name}` : `--${spec.name} <${spec.value}>`,
    spec.description,
  );
  if (spec.choices !== undefined) option.choices(spec.choices);
  if (spec.default !== undefined) option.default(spec.default);
  return option;
}

function toInput(command: Command, values: readonly unknown[], parsed: Readonly<Record<string, unknown>>): Input {
  const args: Record<string, string | undefined> = {};
  (command.args ?? []).forEach(({ name }, index) => (args[name] = values[index] as string | undefined));
  const options: Record<string, string | undefined> = {};
  const switches = new Set<string>();
  for (const { name, value } of command.options ?? []) {
    const given = parsed[name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())];
    if (value === undefined && given === true) switches.add(name);
    if (value !== undefined) options[name] = given as string | undefined;
  }
  return { args, options, switches };
}

/** A whole number in `[min, max]`. @throws UsageError naming the option */
export function parseInteger(text: string, option: string, [min, max]: readonly [number, number]): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new UsageError(`Cannot use --${option} ${text}: give a whole number from ${min} to ${max}`);
  }
  return value;
}
