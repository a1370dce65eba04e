import type { Environment } from '@marcbachmann/cel-js';
import { QuantityError, parseQuantity } from '../quantity.ts';

const SYNC = { async: false };
const TYPE = 'kubernetes.Quantity';
const ONE = 1_000_000_000n;
const LARGEST = 2n ** 63n - 1n;

class Amount {
  readonly nano: bigint;

  constructor(nano: bigint) {
    this.nano = nano;
  }

  get isInteger(): boolean {
    return this.nano % ONE === 0n && this.nano / ONE <= LARGEST && this.nano / ONE >= -LARGEST - 1n;
  }
}

/** `quantity()` with its methods. */
export function addQuantities(environment: Environment): void {
  const method = (signature: string, of: (one: Amount) => unknown): void => {
    environment.registerFunction(`${TYPE}.${signature}`, of, SYNC);
  };
  const withOther = (signature: string, of: (one: bigint, other: bigint) => unknown): void => {
    environment.registerFunction(
      `${TYPE}.${signature}`,
      (one: Amount, other: Amount) => of(one.nano, other.nano),
      SYNC,
    );
  };
  environment
    .registerType(TYPE, Amount)
    .registerFunction(`quantity(string): ${TYPE}`, (text: string) => new Amount(parseQuantity(text).nano), SYNC)
    .registerFunction('isQuantity(string): bool', isQuantity, SYNC)
    .registerFunction(
      `${TYPE}.add(int): ${TYPE}`,
      (one: Amount, other: bigint) => new Amount(one.nano + other * ONE),
      SYNC,
    )
    .registerFunction(
      `${TYPE}.sub(int): ${TYPE}`,
      (one: Amount, other: bigint) => new Amount(one.nano - other * ONE),
      SYNC,
    )
    .registerFunction(`${TYPE}.asInteger(): int`, asInteger, SYNC)
    .registerOperator(`${TYPE} == ${TYPE}`, (one: Amount, other: Amount) => one.nano === other.nano);
  method('isInteger(): bool', (one) => one.isInteger);
  method('asApproximateFloat(): double', (one) => Number(one.nano) / Number(ONE));
  method('sign(): int', (one) => sign(one.nano));
  withOther(`add(${TYPE}): ${TYPE}`, (one, other) => new Amount(one + other));
  withOther(`sub(${TYPE}): ${TYPE}`, (one, other) => new Amount(one - other));
  withOther(`compareTo(${TYPE}): int`, (one, other) => sign(one - other));
  withOther(`isGreaterThan(${TYPE}): bool`, (one, other) => one > other);
  withOther(`isLessThan(${TYPE}): bool`, (one, other) => one < other);
}

function sign(value: bigint): bigint {
  if (value === 0n) return 0n;
  return value > 0n ? 1n : -1n;
}

function asInteger(amount: Amount): bigint {
  if (!amount.isInteger) throw new Error('cannot convert value to integer');
  return amount.nano / ONE;
}

function isQuantity(text: string): boolean {
  try {
    parseQuantity(text);
    return true;
  } catch (error) {
    if (error instanceof QuantityError) return false;
    throw error;
  }
}
