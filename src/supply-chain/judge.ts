import type { Inspection } from './inspect.ts';
import { failed, passed } from './verdict.ts';
import type { Check } from './verdict.ts';

/** What the caller knows and the registry does not. */
export interface Expectations {
  /** Source commit that the release names; the provenance must name the same. @default not compared */
  readonly commit?: string;
  /**
   * The newest release that the environment has had: an image built before it is an old one played again. Left out for
   * a rollback, which is one on purpose. `builtAt` is RFC 3339, as a verdict's `source` has it.
   */
  readonly notOlderThan?: { readonly release: string; readonly builtAt: string };
  /** Why a digest is in quarantine; `undefined` when it is not. */
  readonly quarantined?: (digest: string) => string | undefined;
}

interface Case extends Expectations {
  readonly digest: string;
  /** Milliseconds since the epoch. */
  readonly notBefore: number | undefined;
}

/** The checks of an inspection and those that depend on the moment: quarantine, commit, age. */
export function judge({ checks, source }: Inspection, expected: Case): readonly Check[] {
  return [
    ...quarantine(expected),
    ...checks,
    ...(source === undefined ? [] : compareCommit(source.commit, expected)),
    ...age(source?.builtAt ?? '', expected),
  ];
}

function quarantine({ digest, quarantined }: Case): readonly Check[] {
  const reason = quarantined?.(digest);
  if (reason !== undefined)
    return [failed('quarantine', { code: 'QUARANTINED', reason: `it is in quarantine: ${reason}` })];
  return quarantined === undefined ? [] : [passed('quarantine', 'it is not in quarantine')];
}

function compareCommit(actual: string, { commit }: Case): readonly Check[] {
  if (commit === undefined) return [];
  if (commit === actual) return [passed('commit', `it is the build of commit ${commit}`)];
  return [
    failed('commit', {
      code: 'OTHER_COMMIT',
      reason: `it was built from commit ${actual}, the release says ${commit}`,
    }),
  ];
}

function age(builtAt: string, { notBefore, notOlderThan }: Case): readonly Check[] {
  const newest = notOlderThan === undefined ? undefined : Date.parse(notOlderThan.builtAt);
  if (notBefore === undefined && newest === undefined) return [];
  const built = Date.parse(builtAt);
  if (Number.isNaN(built))
    return [failed('age', { code: 'BUILD_TIME_UNKNOWN', reason: 'no provenance that counts says when it was built' })];
  if (notBefore !== undefined && built < notBefore) {
    const limit = new Date(notBefore).toISOString();
    return [failed('age', { code: 'TOO_OLD', reason: `it was built at ${builtAt}, before ${limit}` })];
  }
  if (newest !== undefined && !(built >= newest)) {
    const reason = `it was built at ${builtAt}, before ${notOlderThan?.release ?? ''} of ${notOlderThan?.builtAt ?? ''}: an older release played again`;
    return [failed('age', { code: 'REPLAYED', reason })];
  }
  return [passed('age', `built at ${builtAt}`)];
}
