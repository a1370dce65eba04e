import type { z } from 'zod';
import type { LedgerRecord } from './statement.ts';

export interface RecordedFact<T> {
  readonly record: LedgerRecord;
  readonly fact: T;
}

/** The facts of one predicate type, in the ledger's order. @throws ZodError for a record of another shape */
export function selectFacts<T>(
  records: readonly LedgerRecord[],
  predicateType: string,
  schema: z.ZodType<T>,
): readonly RecordedFact<T>[] {
  return records
    .filter((record) => record.predicateType === predicateType)
    .map((record) => ({ record, fact: schema.parse(record.predicate) }));
}
