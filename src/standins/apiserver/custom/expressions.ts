import { isJsonObject, jsonEqual } from '../../../core/index.ts';
import type { JsonObject, JsonValue } from '../../../core/index.ts';
import type { CostBudget } from '../../../kube/index.ts';
import type { FieldError } from '../field-error.ts';
import { ExpressionRule, ruleFaults, rulesOf } from './expression-rule.ts';
import { childSchemas, correlates } from './schema-children.ts';
import { childPath, oldItems } from './validate-value.ts';
import type { Judged } from './validate-value.ts';

/** Steps that all rules together may take for one object. */
const BUDGET = 10_000_000;

/** Why the rules within a schema cannot be served. */
export function ruleErrors(schema: JsonObject, path: string, correlatable = true): readonly FieldError[] {
  const below = correlatable && correlates(schema);
  return [
    ...ruleFaults(schema, path, correlatable),
    ...childSchemas(schema).flatMap(([child, at]) => ruleErrors(child, `${path}.${at}`, below)),
  ];
}

/** The rules of `x-kubernetes-validations` within a schema. Compiled when they are first asked. */
export class SchemaExpressions {
  readonly #schema: JsonObject;
  readonly #rules = new Map<JsonObject, readonly ExpressionRule[]>();
  readonly #concerned = new Map<JsonObject, boolean>();

  constructor(schema: JsonObject) {
    this.#schema = schema;
  }

  /** The rules that a value breaks. It has the structure that the schema asks for. */
  errors(value: JsonValue, old: JsonValue | undefined): readonly FieldError[] {
    return this.#errors(this.#schema, { value, old, path: '' }, { left: BUDGET });
  }

  #errors(schema: JsonObject, judged: Judged, budget: CostBudget): readonly FieldError[] {
    const { value, old } = judged;
    if (value === null || !this.#isConcerned(schema)) return [];
    // what has not changed is not judged again, so that a stricter rule does not lock objects
    const unchanged = old !== undefined && jsonEqual(value, old);
    const own = this.#rulesOf(schema)
      .filter((rule) => rule.asksForOld || !unchanged)
      .flatMap((rule) => rule.fault(judged, budget) ?? []);
    if (Array.isArray(value)) return [...own, ...this.#itemErrors(schema, { ...judged, value }, budget)];
    return isJsonObject(value) ? [...own, ...this.#memberErrors(schema, { ...judged, value }, budget)] : own;
  }

  #itemErrors(
    schema: JsonObject,
    { value, old, path }: Judged & { readonly value: readonly JsonValue[] },
    budget: CostBudget,
  ): readonly FieldError[] {
    const { items } = schema;
    if (!isJsonObject(items)) return [];
    const before = oldItems(schema, old);
    return value.flatMap((item, index) =>
      this.#errors(items, { value: item, old: before(item), path: `${path}[${index}]` }, budget),
    );
  }

  #memberErrors(
    schema: JsonObject,
    { value, old, path }: Judged & { readonly value: JsonObject },
    budget: CostBudget,
  ): readonly FieldError[] {
    const { properties, additionalProperties } = schema;
    const before = isJsonObject(old) && correlates(schema) ? old : {};
    return Object.entries(value).flatMap(([name, member]) => {
      const known = isJsonObject(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined;
      const child = known ?? additionalProperties;
      if (!isJsonObject(child)) return [];
      const at = known === undefined ? `${path}[${name}]` : childPath(path, name);
      const oldMember = Object.hasOwn(before, name) ? before[name] : undefined;
      return this.#errors(child, { value: member, old: oldMember, path: at }, budget);
    });
  }

  #rulesOf(schema: JsonObject): readonly ExpressionRule[] {
    const known = this.#rules.get(schema);
    if (known !== undefined) return known;
    const rules = rulesOf(schema).map((rule) => new ExpressionRule(rule, schema));
    this.#rules.set(schema, rules);
    return rules;
  }

  /** Whether there are rules at the schema or below it. */
  #isConcerned(schema: JsonObject): boolean {
    const known = this.#concerned.get(schema);
    if (known !== undefined) return known;
    const concerned = rulesOf(schema).length > 0 || childSchemas(schema).some(([child]) => this.#isConcerned(child));
    this.#concerned.set(schema, concerned);
    return concerned;
  }
}
