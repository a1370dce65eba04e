import { isJsonObject } from '../../../core/index.ts';
import type { JsonObject, JsonValue } from '../../../core/index.ts';
import { ExpressionError, compileExpression } from '../../../kube/index.ts';
import type { CompileOptions, CostBudget, Expression } from '../../../kube/index.ts';
import type { FieldError, FieldErrorType } from '../field-error.ts';
import type { Judged } from './validate-value.ts';

const RULES = 'x-kubernetes-validations';
const REASONS = ['FieldValueInvalid', 'FieldValueForbidden', 'FieldValueRequired', 'FieldValueDuplicate'] as const;

/** One of `x-kubernetes-validations`, ready to be asked. */
export class ExpressionRule {
  readonly #holds: Expression;
  readonly #why: Expression | undefined;
  readonly #message: string;
  readonly #optionalOld: boolean;
  readonly #type: string;
  readonly #reason: FieldErrorType;
  /** From the value to the field that an error names. */
  readonly #fieldPath: string;

  /** @throws ExpressionError when the rule is none */
  constructor(rule: JsonObject, schema: JsonObject) {
    const { rule: expression, message, messageExpression, reason, fieldPath, optionalOldSelf } = rule;
    if (typeof expression !== 'string' || expression.trim() === '') throw new ExpressionError('rule is not specified');
    this.#optionalOld = optionalOldSelf === true;
    const options = { variables: { self: { schema }, oldSelf: { schema, optional: this.#optionalOld } } };
    this.#holds = compileExpression(expression, { ...options, result: 'bool' });
    this.#why = compileMessage(messageExpression, options);
    this.#message = typeof message === 'string' ? message : `failed rule: ${expression.trim()}`;
    this.#type = typeof schema['type'] === 'string' ? schema['type'] : '';
    this.#reason = REASONS.find((known) => known === reason) ?? 'FieldValueInvalid';
    this.#fieldPath = typeof fieldPath === 'string' ? errorPath(fieldPath, schema) : '';
  }

  /** Rules about a change say nothing about what is new. */
  get asksForOld(): boolean {
    return this.#holds.uses('oldSelf') || this.#why?.uses('oldSelf') === true;
  }

  /** Why the value breaks the rule. */
  fault({ value, old, path }: Judged, budget: CostBudget): FieldError | undefined {
    if (this.asksForOld && old === undefined && !this.#optionalOld) return undefined;
    const values = { self: value, oldSelf: old };
    try {
      if (this.#holds.evaluate(values, budget) === true) return undefined;
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      return this.#error(path, `${error.message} evaluating rule: ${this.#message}`);
    }
    return this.#error(path, this.#explain(values, budget));
  }

  #error(path: string, detail: string): FieldError {
    const field = `${path}${this.#fieldPath}`.replace(/^\./, '');
    return { type: this.#reason, field, value: this.#type, detail };
  }

  /** An explanation that cannot be made gives way to the plain one. */
  #explain(values: Readonly<Record<string, JsonValue | undefined>>, budget: CostBudget): string {
    try {
      const text = this.#why?.evaluate(values, budget);
      return typeof text === 'string' && text.trim() !== '' && !text.includes('\n') ? text : this.#message;
    } catch (error) {
      if (error instanceof ExpressionError) return this.#message;
      throw error;
    }
  }
}

function compileMessage(
  expression: JsonValue | undefined,
  options: Pick<CompileOptions, 'variables'>,
): Expression | undefined {
  if (typeof expression !== 'string') return undefined;
  return compileExpression(expression, { ...options, result: 'string' });
}

const STEP = /\.([A-Za-z_][A-Za-z0-9_]*)|\['((?:[^'\\]|\\.)+)'\]/y;

/** @throws ExpressionError for a path that leads to no field of the schema */
function errorPath(fieldPath: string, schema: JsonObject): string {
  let at = schema;
  let path = '';
  for (STEP.lastIndex = 0; STEP.lastIndex < fieldPath.length;) {
    const [, plain, quoted] = STEP.exec(fieldPath) ?? [];
    const name = plain ?? quoted?.replace(/\\(.)/g, '$1');
    if (name === undefined) throw new ExpressionError(`fieldPath must be a valid path: ${fieldPath}`);
    const { properties, additionalProperties } = at;
    const named = isJsonObject(properties) && Object.hasOwn(properties, name);
    const next: JsonValue | undefined = named ? properties[name] : additionalProperties;
    if (!isJsonObject(next)) throw new ExpressionError(`fieldPath does not refer to a valid field: ${fieldPath}`);
    path += named ? `.${name}` : `[${name}]`;
    at = next;
  }
  return path;
}

/** The rules as they are written. */
export function rulesOf(schema: JsonObject): readonly JsonObject[] {
  return Array.isArray(schema[RULES]) ? schema[RULES].filter(isJsonObject) : [];
}

/** Why the rules right at a schema cannot be served. `correlatable`: what was before it is known. */
export function ruleFaults(schema: JsonObject, path: string, correlatable: boolean): readonly FieldError[] {
  return rulesOf(schema).flatMap((rule, index) => {
    const at = `${path}.${RULES}[${index}]`;
    return [...textFaults(rule, at), ...compileFaults({ rule, schema, correlatable }, at)];
  });
}

function textFaults(rule: JsonObject, at: string): readonly FieldError[] {
  const { rule: expression, message, reason } = rule;
  const errors: FieldError[] = [];
  if (typeof message === 'string' && (message.trim() === '' || message.includes('\n')))
    errors.push({
      type: 'FieldValueInvalid',
      field: `${at}.message`,
      value: message,
      detail: 'must be one line of text',
    });
  if (typeof expression === 'string' && expression.trim().includes('\n') && message === undefined)
    errors.push({
      type: 'FieldValueRequired',
      field: `${at}.message`,
      detail: 'message must be specified if rule contains line breaks',
    });
  if (reason !== undefined && !REASONS.some((known) => known === reason)) {
    const list = REASONS.map((known) => JSON.stringify(known)).join(', ');
    errors.push({
      type: 'FieldValueNotSupported',
      field: `${at}.reason`,
      value: reason,
      detail: `supported values: ${list}`,
    });
  }
  return errors;
}

interface Placed {
  readonly rule: JsonObject;
  readonly schema: JsonObject;
  readonly correlatable: boolean;
}

function compileFaults({ rule, schema, correlatable }: Placed, at: string): readonly FieldError[] {
  const fault = (detail: string): readonly FieldError[] => [
    { type: 'FieldValueInvalid', field: `${at}.rule`, value: rule['rule'] ?? '', detail },
  ];
  try {
    const { asksForOld } = new ExpressionRule(rule, schema);
    if (correlatable || !asksForOld) return [];
    return fault('oldSelf cannot be used on the uncorrelatable portion of the schema');
  } catch (error) {
    if (error instanceof ExpressionError) return fault(`compilation failed: ${error.message}`);
    throw error;
  }
}
