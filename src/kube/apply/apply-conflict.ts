import { AppError } from '../../core/index.ts';
import type { FieldOwner } from './managed-fields.ts';
import { formatFieldPath } from './path-element.ts';

/** One field that another manager owns with another value. */
export interface FieldConflict {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  /** For instance `.spec.replicas`. */
  readonly field: string;
  /** As the API server words it in the cause: `conflict with "kubectl" using apps/v1`. */
  readonly message: string;
}

/** Applying would change fields that others own; forcing takes them. */
export class ApplyConflictError extends AppError {
  override readonly name = 'ApplyConflictError';
  readonly code = 'APPLY_CONFLICT';
  readonly conflicts: readonly FieldConflict[];

  constructor(conflicts: readonly FieldConflict[]) {
    super(summary(conflicts), { details: { conflicts } });
    this.conflicts = conflicts;
  }
}

/** The conflicts over the fields of `owner`, leaves only. */
export function conflictsWith(owner: FieldOwner): FieldConflict[] {
  const { manager, operation } = owner;
  const message = `conflict with ${describe(owner)}`;
  return [...owner.set.leaves().paths()].map((path) => ({ manager, operation, field: formatFieldPath(path), message }));
}

function describe({ manager, operation, apiVersion, subresource, time }: FieldOwner): string {
  const name = JSON.stringify(manager);
  if (operation === 'Apply') return name;
  const through = subresource === undefined ? '' : ` with subresource ${JSON.stringify(subresource)}`;
  return `${name}${through} using ${apiVersion}${time === undefined ? '' : ` at ${time}`}`;
}

function summary(conflicts: readonly FieldConflict[]): string {
  const [first] = conflicts;
  if (first !== undefined && conflicts.length === 1)
    return `Apply failed with 1 conflict: ${first.message}: ${first.field}`;
  const fields = new Map<string, string[]>();
  for (const { message, field } of conflicts) fields.set(message, [...(fields.get(message) ?? []), field]);
  const parts = [...fields].map(
    ([message, names]) => `${plural(message)}:\n${names.map((name) => `- ${name}`).join('\n')}`,
  );
  return `Apply failed with ${conflicts.length} conflicts: ${parts.join('\n')}`;
}

function plural(message: string): string {
  return message.replace(/^conflict /, 'conflicts ');
}
