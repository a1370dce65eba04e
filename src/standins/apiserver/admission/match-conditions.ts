import { isJsonObject } from '../../../core/index.ts';
import type { JsonObject, JsonValue } from '../../../core/index.ts';
import { compileExpression, ExpressionError } from '../../../kube/index.ts';
import type { Expression } from '../../../kube/index.ts';
import { listAt, textAt } from '../tables/values.ts';

/** Steps that the conditions of one webhook may take together for one request. */
const BUDGET = 1_000_000;

/** @throws ExpressionError for what is no condition on `object`, `oldObject` and `request` */
export function compileCondition(expression: string): Expression {
  return compileExpression(expression, { variables: { object: {}, oldObject: {}, request: {} }, result: 'bool' });
}

/** What of a request a webhook is asked about at all: each condition is a CEL expression that must be true. */
export class MatchConditions {
  readonly #conditions: readonly { readonly name: string; readonly expression: Expression }[];

  /** @throws ExpressionError */
  constructor(webhook: JsonObject) {
    this.#conditions = listAt(webhook, 'matchConditions').map((condition) => ({
      name: textAt(condition, ['name']),
      expression: compileCondition(textAt(condition, ['expression'])),
    }));
  }

  /**
   * Whether all are true of the `request` of an AdmissionReview. One that is false decides, whatever becomes of others.
   * @throws ExpressionError naming the condition that cannot be evaluated
   */
  hold(review: JsonValue | undefined): boolean {
    if (this.#conditions.length === 0 || !isJsonObject(review)) return true;
    const { object = null, oldObject = null, uid: _uid, ...request } = review;
    const budget = { left: BUDGET };
    let failure: ExpressionError | undefined;
    for (const { name, expression } of this.#conditions) {
      try {
        if (expression.evaluate({ object, oldObject, request }, budget) !== true) return false;
      } catch (error) {
        if (!(error instanceof ExpressionError)) throw error;
        failure ??= new ExpressionError(`match condition "${name}" resulted in an error: ${error.message}`, {
          cause: error,
        });
      }
    }
    if (failure !== undefined) throw failure;
    return true;
  }
}
