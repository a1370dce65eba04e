import { resolve } from 'node:path';
import type { JsonValue } from '../../core/index.ts';
import { argoCustomResourceDefinitions } from '../../gitops/index.ts';
import { deliveryCustomResourceDefinitions } from '../../promotion/index.ts';
import { toSarif, validate } from '../../validation/index.ts';
import type { Finding, ValidationResult } from '../../validation/index.ts';
import type { Command } from '../command.ts';
import { VERSION } from '../program.ts';
import { render } from '../terminal/terminal.ts';
import type { Terminal } from '../terminal/terminal.ts';

const FORMATS = ['table', 'json', 'yaml', 'sarif'] as const;
type Format = (typeof FORMATS)[number];

export const validateCommand: Command = {
  name: 'validate',
  summary: 'check every overlay of a stoa-envs repository',
  description:
    'Renders every environment, and every kustomization that no other builds on, and checks that: it renders; kinds, fields and types fit the schemas of Kubernetes and of the CustomResourceDefinitions in the repository; objects that are named exist; selectors match; protected environments run images by digest; Applications and Pipelines name folders that exist; nothing is deployed twice; environments differ only where stoa-validate.yaml and the defaults allow it. Exit code 1 when an error is found.',
  args: [{ name: 'path', description: 'root of the repository; the current folder by default', required: false }],
  options: [
    {
      name: 'protected',
      value: 'NAMES',
      description:
        'environments that need images by digest, separated by commas; those that Pipelines and Applications of the repository protect go before',
      default: 'staging,prod',
    },
    {
      name: 'output',
      value: 'FORMAT',
      description: 'how to print the findings',
      default: 'table',
      choices: FORMATS,
    },
  ],
  examples: ['stoa-cd validate', 'stoa-cd validate stoa-envs --output sarif > validate.sarif'],
  async run({ args, options }, { cwd, terminal, signal }) {
    const result = await validate(resolve(cwd, args['path'] ?? '.'), {
      signal,
      protectedEnvironments: (options['protected'] ?? '').split(',').map((name) => name.trim()),
      definitions: [...argoCustomResourceDefinitions, ...deliveryCustomResourceDefinitions],
    });
    terminal.out(print(result, (options['output'] ?? 'table') as Format, terminal));
    return result.findings.some(({ severity }) => severity === 'error') ? 1 : 0;
  },
};

function print(result: ValidationResult, format: Format, terminal: Terminal): string {
  if (format === 'sarif') return JSON.stringify(toSarif(result.findings, VERSION), null, 2);
  const value = { overlays: [...result.overlays], findings: [...result.findings] } as unknown as JsonValue;
  return render(value, format, () => table(result, terminal));
}

function table({ overlays, findings }: ValidationResult, terminal: Terminal): string {
  const blocks = findings.map((finding) => block(finding, terminal));
  const counts = (['error', 'warning'] as const).map((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return `${count} ${severity}${count === 1 ? '' : 's'}`;
  });
  return [...blocks, `${overlays.length} overlays, ${counts.join(', ')}`].join('\n');
}

function block({ rule, severity, place, object, message, mend, overlays }: Finding, { colors }: Terminal): string {
  const where = `${place.file}${place.line === undefined ? '' : `:${place.line}`}`;
  const paint = severity === 'error' ? colors.red : colors.yellow;
  const subject = object === undefined ? '' : `${object}: `;
  const seenIn = overlays.length === 0 ? '' : ` (${overlays.join(', ')})`;
  return [`${where}: ${paint(severity)} ${rule}${seenIn}`, `  ${subject}${message}`, `  mend: ${mend}`].join('\n');
}
