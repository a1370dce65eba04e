import { isJsonObject } from '../../../core/index.ts';
import type { JsonObject, JsonValue } from '../../../core/index.ts';
import type { FieldError, FieldErrorType } from '../field-error.ts';
import { childPath } from './validate-value.ts';
import type { Judged } from './validate-value.ts';

/** Evaluates the expressions (CEL) of `x-kubernetes-validations`. */
export interface ExpressionEngine {
  /** @throws Error telling why the expression is none */
  compile(expression: string): (variables: { readonly self: JsonValue; readonly oldSelf?: JsonValue }) => JsonValue;
}

const RULES = 'x-kubernetes-validations';

/** Why the rules of a schema cannot be served. Without an engine none can: an unchecked rule would be a false promise. */
export function ruleErrors(schema: JsonObject, path: string, engine?: ExpressionEngine): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, rule] of rulesOf(schema).entries()) {
    const field = `${path}.${RULES}[${index}].rule`;
    const fault = faultOf(rule, engine);
    if (fault !== undefined)
      errors.push({ type: 'FieldValueInvalid', field, value: rule['rule'] ?? '', detail: fault });
  }
  for (const [child, at] of childSchemas(schema)) errors.push(...ruleErrors(child, `${path}.${at}`, engine));
  return errors;
}

function faultOf(rule: JsonObject, engine: ExpressionEngine | undefined): string | undefined {
  if (typeof rule['rule'] !== 'string') return 'must be an expression';
  if (engine === undefined) return 'this server does not evaluate expressions: remove the rule';
  if (rule['messageExpression'] !== undefined) return 'this server does not evaluate messageExpression: use message';
  try {
    engine.compile(rule['rule']);
    return undefined;
  } catch (error) {
    return `compilation failed: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function rulesOf(schema: JsonObject): readonly JsonObject[] {
  return Array.isArray(schema[RULES]) ? schema[RULES].filter(isJsonObject) : [];
}

function childSchemas(schema: JsonObject): readonly (readonly [JsonObject, string])[] {
  const { properties, items, additionalProperties } = schema;
  const children: [JsonValue | undefined, string][] = [
    ...Object.entries(isJsonObject(properties) ? properties : {}).map(([name, child]): [JsonValue, string] => [
      child,
      `properties[${name}]`,
    ]),
    [items, 'items'],
    [additionalProperties, 'additionalProperties'],
  ];
  return children.flatMap(([child, at]) => (isJsonObject(child) ? [[child, at] as const] : []));
}

/** The rules that a value breaks. Rules about `oldSelf` are only asked when there is something old. */
export function expressionErrors(engine: ExpressionEngine, schema: JsonObject, judged: Judged): readonly FieldError[] {
  const { value, old, path } = judged;
  const errors = rulesOf(schema).flatMap((rule) => broken(engine, rule, judged));
  if (Array.isArray(value)) {
    const { items } = schema;
    if (!isJsonObject(items)) return errors;
    return [
      ...errors,
      ...value.flatMap((item, index) => expressionErrors(engine, items, { value: item, path: `${path}[${index}]` })),
    ];
  }
  if (!isJsonObject(value)) return errors;
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
  const before = isJsonObject(old) ? old : {};
  for (const [name, member] of Object.entries(value)) {
    const child = Object.hasOwn(properties, name) ? properties[name] : schema['additionalProperties'];
    if (!isJsonObject(child)) continue;
    errors.push(...expressionErrors(engine, child, { value: member, old: before[name], path: childPath(path, name) }));
  }
  return errors;
}

function broken(engine: ExpressionEngine, rule: JsonObject, { value, old, path }: Judged): readonly FieldError[] {
  const { rule: expression, message, reason, fieldPath } = rule;
  if (typeof expression !== 'string') return [];
  const asksOld = /\boldSelf\b/.test(expression);
  if (asksOld && old === undefined && rule['optionalOldSelf'] !== true) return [];
  const holds = holdsFor(engine, expression, { self: value, ...(old === undefined ? {} : { oldSelf: old }) });
  if (holds === true) return [];
  const why = typeof message === 'string' ? message : `failed rule: ${expression}`;
  const detail = holds === false ? why : `${why}: ${holds}`;
  const field = typeof fieldPath === 'string' ? `${path}${fieldPath}` : path;
  const type = typeof reason === 'string' ? (reason as FieldErrorType) : 'FieldValueInvalid';
  return [{ type, field, value: isJsonObject(value) ? 'object' : value, detail }];
}

/** Whether the rule holds, or why it cannot be told. */
function holdsFor(
  engine: ExpressionEngine,
  expression: string,
  variables: { readonly self: JsonValue; readonly oldSelf?: JsonValue },
): boolean | string {
  try {
    return engine.compile(expression)(variables) === true;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
