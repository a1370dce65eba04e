import yaml from 'js-yaml';
import { AppError } from './errors.ts';
import type { JsonValue } from './json.ts';

/** The text is not the YAML that Kubernetes reads. `line` counts from 1 within the whole text. */
export class YamlError extends AppError {
  override readonly name = 'YamlError';
  readonly code = 'INVALID_YAML';
  readonly line: number;

  constructor(message: string, line: number, cause?: unknown) {
    super(message, { cause, details: { line } });
    this.line = line;
  }
}

const TRUE = new Set(['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON']);
const FALSE = new Set(['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF']);
const NULL = new Set(['', '~', 'null', 'Null', 'NULL']);
const NUMBER =
  /^[-+]?(0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|\.[0-9_]+([eE][-+]?[0-9]+)?|[0-9][0-9_]*(\.[0-9_]*)?([eE][-+]?[0-9]+)?)$/;

function toNumber(text: string): number {
  const plain = text.replaceAll('_', '');
  const sign = plain.startsWith('-') ? -1 : 1;
  const digits = plain.replace(/^[-+]/, '');
  if (/^0(x[0-9a-f]+|b[01]+|o[0-7]+)$/i.test(digits)) return sign * Number(digits);
  if (/^0[0-7]+$/.test(digits)) return sign * Number.parseInt(digits, 8);
  return Number(plain) || 0;
}

function scalar(
  tag: string,
  resolve: (data: string | null) => boolean,
  construct: (data: string) => unknown,
): yaml.Type {
  return new yaml.Type(`tag:yaml.org,2002:${tag}`, { kind: 'scalar', resolve, construct });
}

const isNumber = (data: string | null): boolean =>
  data !== null && NUMBER.test(data) && Number.isFinite(toNumber(data));

/** YAML as `sigs.k8s.io/yaml` reads it: 1.1 booleans and octals, dates stay text, merge keys. */
const KUBERNETES_SCHEMA = yaml.FAILSAFE_SCHEMA.extend({
  implicit: [
    scalar(
      'null',
      (data) => data === null || NULL.has(data),
      () => null,
    ),
    scalar(
      'bool',
      (data) => data !== null && (TRUE.has(data) || FALSE.has(data)),
      (data) => TRUE.has(data),
    ),
    scalar('float', isNumber, toNumber),
    scalar(
      'merge',
      (data) => data === '<<',
      () => '<<',
    ),
  ],
  explicit: [
    scalar('int', isNumber, toNumber),
    scalar(
      'binary',
      (data) => data !== null,
      (data) => Buffer.from(data, 'base64').toString(),
    ),
  ],
});

const MAX_BYTES = 16 * 1024 * 1024;

/**
 * Every document of a YAML stream, empty documents left out.
 * @throws YamlError with the line when the text is malformed, repeats a key, or is over 16 MiB
 */
export function parseYaml(text: string): JsonValue[] {
  if (text.length > MAX_BYTES) throw new YamlError(`Cannot parse YAML: over ${MAX_BYTES} characters`, 1);
  const documents: JsonValue[] = [];
  let line = 0;
  for (const part of text.split(/^---(?=\s|$)/m)) {
    const value = parseDocument(part, line);
    if (value !== null && value !== undefined) documents.push(value);
    line += part.split('\n').length - 1;
  }
  return documents;
}

function parseDocument(text: string, offset: number): JsonValue | undefined {
  try {
    return yaml.load(text, { schema: KUBERNETES_SCHEMA }) as JsonValue | undefined;
  } catch (error) {
    if (!(error instanceof yaml.YAMLException)) throw error;
    const mark = error.mark as { readonly line: number } | undefined;
    throw new YamlError(`Cannot parse YAML: ${error.reason}`, offset + (mark?.line ?? 0) + 1, error);
  }
}

/** One YAML document, keys in the order given. Text that Kubernetes would read as another type is quoted. */
export function formatYaml(value: JsonValue): string {
  return yaml.dump(value, { noRefs: true, lineWidth: -1, noCompatMode: false });
}
