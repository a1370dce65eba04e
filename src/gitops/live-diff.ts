import { PatchError, serverSideApply } from '../kube/index.ts';
import type { KubeObject, SchemaNode } from '../kube/index.ts';
import { ANNOTATION } from './annotations.ts';
import { compareObject } from './compare.ts';
import { stripIgnored } from './ignore-differences.ts';
import type { Ignored } from './ignore-differences.ts';
import { FIELD_MANAGER } from './owned-fields.ts';

/** An object as it is and as a sync would leave it, without what only the API server keeps. */
export interface LiveDiff {
  readonly modified: boolean;
  /** Absent: there is no such object. */
  readonly normalizedLive?: KubeObject;
  /** Absent: a sync would prune it. */
  readonly predictedLive?: KubeObject;
}

export interface LiveDiffRequest {
  readonly target?: KubeObject;
  readonly live?: KubeObject;
  readonly schema?: SchemaNode | undefined;
  readonly ignored?: Ignored | undefined;
  /** What the API server answered to a dry run, with what its webhooks add. @default foretold without asking */
  readonly predicted?: KubeObject | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What a sync would change in one object, foretold without asking the API server. */
export function diffLive(request: LiveDiffRequest): LiveDiff {
  const { target, live, schema, ignored } = request;
  if (target === undefined) return { modified: false, ...(live === undefined ? {} : { normalizedLive: shown(live) }) };
  if (live === undefined) return { modified: true, predictedLive: shown(target) };
  const seen = ignored === undefined ? { target, live } : stripIgnored({ target, live }, ignored);
  const predicted = request.predicted ?? predict(target, live, request);
  return {
    modified: compareObject(seen.target, seen.live, schema).length > 0,
    normalizedLive: shown(live),
    predictedLive: shown(predicted),
  };
}

/** An object that cannot be applied as it is written is shown as it is written. */
function predict(target: KubeObject, live: KubeObject, { schema = { type: 'any' }, now }: LiveDiffRequest): KubeObject {
  try {
    return serverSideApply({ live, config: target, manager: FIELD_MANAGER, force: true, schema, now });
  } catch (error) {
    if (error instanceof PatchError) return target;
    throw error;
  }
}

function shown(object: KubeObject): KubeObject {
  const { managedFields: _managedFields, annotations, ...metadata } = object.metadata;
  const { [ANNOTATION.lastApplied]: _lastApplied, ...kept } = annotations ?? {};
  return { ...object, metadata: { ...metadata, ...(Object.keys(kept).length === 0 ? {} : { annotations: kept }) } };
}
