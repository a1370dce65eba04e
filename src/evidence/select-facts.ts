import { z } from 'zod';
import { EvidenceError } from './errors.ts';
import type { LedgerRecord } from './statement.ts';

export interface RecordedFact<T> {
  readonly record: LedgerRecord;
  readonly fact: T;
}

/**
 * The facts of one predicate type, in the ledger's order.
 * @throws EvidenceError `INVALID_RECORD` naming the first record that is not what its type says
 */
export function selectFacts<T>(
  records: readonly LedgerRecord[],
  predicateType: string,
  schema: z.ZodType<T>,
): readonly RecordedFact<T>[] {
  return records
    .filter((record) => record.predicateType === predicateType)
    .map((record) => {
      const { data, error } = schema.safeParse(record.predicate);
      if (error === undefined) return { record, fact: data };
      const reason = `Cannot read record ${record.sequence} (${record.id}): ${z.prettifyError(error)}`;
      throw new EvidenceError('INVALID_RECORD', reason, { cause: error });
    });
}
