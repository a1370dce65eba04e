import { SelectorError } from './selector-error.ts';

export interface FieldRequirement {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

const TERM = /^([^=!]+)(==|!=|=)(.*)$/s;

/**
 * The terms of a `fieldSelector` parameter, all of which must hold. Which fields can be selected by is up to the kind.
 * A backslash escapes `,`, `=` and itself in a value.
 * @throws SelectorError
 */
export function parseFieldSelector(text: string): readonly FieldRequirement[] {
  return terms(text)
    .filter((term) => term !== '')
    .map((term) => parseTerm(term));
}

function parseTerm(term: string): FieldRequirement {
  const [, field, operator, value] = TERM.exec(term) ?? [];
  if (field === undefined || value === undefined) throw new SelectorError(`Cannot parse the field selector: ${term}`);
  return { field: field.trim(), operator: operator === '!=' ? '!=' : '=', value: unescape(value, term) };
}

function terms(text: string): string[] {
  return text.match(/(\\.|[^,\\]|\\$)+/gs) ?? [];
}

function unescape(value: string, term: string): string {
  if (/(^|[^\\])(\\\\)*([=]|\\([^\\,=]|$))/s.test(value))
    throw new SelectorError(`Cannot parse the field selector: ${term}`);
  return value.replace(/\\(.)/gs, '$1');
}
