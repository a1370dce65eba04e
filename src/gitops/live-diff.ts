import { jsonEqual } from '../core/index.ts';
import type { JsonObject } from '../core/index.ts';
import { PatchError, asJson, serverSideApply } from '../kube/index.ts';
import type { KubeObject, SchemaNode } from '../kube/index.ts';
import { withoutAggregatedRules } from './aggregated-roles.ts';
import { ANNOTATION } from './annotations.ts';
import { compareObject } from './compare.ts';
import { defined } from './defined.ts';
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
  /** Rules of a ClusterRole that aggregates others do not count. @default true */
  readonly ignoreAggregatedRoles?: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What a sync would change in one object, foretold without asking the API server. */
export function diffLive(request: LiveDiffRequest): LiveDiff {
  const { target, live, schema, ignored } = request;
  if (target === undefined) return { modified: false, ...(live === undefined ? {} : { normalizedLive: shown(live) }) };
  if (live === undefined) return { modified: true, predictedLive: shown(target) };
  const pair = request.ignoreAggregatedRoles === false ? { target, live } : withoutAggregatedRules({ target, live });
  const seen = ignored === undefined ? pair : stripIgnored(pair, ignored);
  const predicted = request.predicted ?? predict(target, live, request);
  return {
    modified: compareObject(seen.target, seen.live, schema).length > 0 || isChanged(request, live),
    normalizedLive: shown(live),
    predictedLive: shown(predicted),
  };
}

/** Whether the API server would change anything but what only it keeps. */
function isChanged({ predicted, ignored }: LiveDiffRequest, live: KubeObject): boolean {
  if (predicted === undefined) return false;
  const pair = { target: predicted, live };
  const seen = ignored === undefined ? pair : stripIgnored(pair, ignored);
  return !jsonEqual(lasting(seen.target), lasting(seen.live));
}

function lasting(object: KubeObject): JsonObject {
  const { status: _status, ...rest } = withoutPlace(shown(object));
  const { labels, annotations, finalizers } = rest.metadata;
  return asJson({ ...rest, metadata: defined({ labels, annotations, finalizers }) });
}

/** The object without its namespace, which only says where it is, and without annotations that say nothing. */
export function withoutPlace(object: KubeObject): KubeObject {
  const { namespace: _namespace, annotations, ...metadata } = object.metadata;
  const none = annotations === undefined || Object.keys(annotations).length === 0;
  return { ...object, metadata: { ...metadata, ...(none ? {} : { annotations }) } };
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
