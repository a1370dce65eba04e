import { BUILTIN_FUNCTIONS } from './builtin-functions.ts';
import { COLLECTION_FUNCTIONS } from './collection-functions.ts';
import { DOCUMENT_FUNCTIONS } from './document-functions.ts';
import { executeTemplate } from './evaluate.ts';
import { formatValue } from './go-value.ts';
import { NUMBER_FUNCTIONS } from './number-functions.ts';
import { parseTemplate } from './parse-template.ts';
import { PATTERN_FUNCTIONS } from './pattern-functions.ts';
import { TemplateError } from './template-error.ts';
import { TEXT_FUNCTIONS } from './text-functions.ts';

const FUNCTIONS = new Map(
  [
    COLLECTION_FUNCTIONS,
    NUMBER_FUNCTIONS,
    PATTERN_FUNCTIONS,
    TEXT_FUNCTIONS,
    DOCUMENT_FUNCTIONS,
    BUILTIN_FUNCTIONS,
  ].flatMap((table) => Object.entries(table)),
);
const NAMES: ReadonlySet<string> = new Set(FUNCTIONS.keys());

export type Parameters = Readonly<Record<string, unknown>>;

export interface RenderOptions {
  /** Go's templates; otherwise only `{{name}}` is replaced. */
  readonly goTemplate: boolean;
  /** Go's options, such as `missingkey=error`. */
  readonly goTemplateOptions?: readonly string[] | undefined;
}

const KNOWN_OPTIONS = new Set(['missingkey=default', 'missingkey=invalid', 'missingkey=zero', 'missingkey=error']);

/** A text with parameters put in. @throws {TemplateError} for a Go template that cannot be read or carried out */
export function renderText(template: string, parameters: Parameters, options: RenderOptions): string {
  if (!template.includes('{{')) return template;
  return options.goTemplate ? renderGo(template, parameters, options) : renderPlain(template, parameters);
}

function renderGo(template: string, parameters: Parameters, { goTemplateOptions = [] }: RenderOptions): string {
  const parsed = attempt(`failed to parse template ${template}`, () => parseTemplate(template, NAMES));
  const unknown = goTemplateOptions.find((option) => !KNOWN_OPTIONS.has(option));
  if (unknown !== undefined)
    throw new TemplateError(`failed to set go template option: unrecognized option: ${unknown}`);
  const missingKeyIsError = goTemplateOptions.includes('missingkey=error');
  const execution = { functions: FUNCTIONS, missingKeyIsError };
  // a function may change what it is given
  const data = structuredClone(parameters);
  return attempt(`failed to execute go template ${template}`, () => executeTemplate(parsed, data, execution));
}

function attempt<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new TemplateError(`${what}: ${error.message}`, error.missingKey);
  }
}

/** A tag without a parameter stays as it is. */
function renderPlain(template: string, parameters: Parameters): string {
  let out = '';
  let at = 0;
  for (let open = template.indexOf('{{'); open >= 0; open = template.indexOf('{{', at)) {
    const close = template.indexOf('}}', open + 2);
    if (close < 0) break;
    const tag = template.slice(open + 2, close);
    const name = tag.trim();
    const found = name !== '' && Object.hasOwn(parameters, name) ? formatValue(parameters[name]) : `{{${tag}}}`;
    out += template.slice(at, open) + found;
    at = close + 2;
  }
  return out + template.slice(at);
}

/** A value with every text in it rendered, names of members included. */
export function renderValue(value: unknown, parameters: Parameters, options: RenderOptions): unknown {
  if (typeof value === 'string') return renderText(value, parameters, options);
  if (Array.isArray(value)) return value.map((item) => renderValue(item, parameters, options));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      renderText(name, parameters, options),
      renderValue(member, parameters, options),
    ]),
  );
}
