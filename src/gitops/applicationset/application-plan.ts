import { messageOf } from '../../core/index.ts';
import type { JsonObject } from '../../core/index.ts';
import type { KubeObject } from '../../kube/index.ts';
import { annotation } from '../annotations.ts';
import { InvalidApplicationError } from '../errors.ts';
import type { Refusal } from './admission.ts';
import type { ApplicationSet } from './application-set.ts';
import { applicationPatch, newApplication } from './generated-object.ts';
import { planRemovals } from './removal.ts';
import type { RemovalPlan } from './removal.ts';
import type { SetOptions } from './set-options.ts';
import { REMOVAL_REQUESTED } from './set-options.ts';

export interface PlanInput {
  readonly set: ApplicationSet;
  readonly options: SetOptions;
  /** What the set may make. */
  readonly desired: readonly KubeObject[];
  /** The names of everything that the set gives, of what it may not make, too: none of these is removed. */
  readonly names: ReadonlySet<string>;
  /** Applications in the set's namespace that are the set's or have one of the names, by name. */
  readonly live: ReadonlyMap<string, KubeObject>;
  /** Those that the set made. */
  readonly owned: readonly KubeObject[];
  /** Why nothing may be removed now: it is not known what there should be. */
  readonly held?: string;
  readonly now: number;
  readonly lastPass?: number;
}

export interface Change {
  readonly live: KubeObject;
  readonly patch: JsonObject;
}

/** What has to be done so that there is what a set gives. */
export interface ApplicationPlan {
  readonly creates: readonly KubeObject[];
  readonly changes: readonly Change[];
  readonly removal: RemovalPlan;
  readonly faults: readonly Refusal[];
}

const NO_REMOVAL: RemovalPlan = { requests: [], removals: [], unapproved: [], waiting: [] };

export function planApplications(input: PlanInput): ApplicationPlan {
  const { set, desired, live } = input;
  const policy = set.spec.syncPolicy?.applicationsSync ?? 'sync';
  const creates: KubeObject[] = [];
  const changes: Change[] = [];
  const faults: Refusal[] = [];
  for (const generated of desired) {
    const name = generated.metadata.name ?? '';
    const found = live.get(name);
    if (found === undefined) {
      creates.push(newApplication(generated, set));
      continue;
    }
    if (found.metadata.deletionTimestamp !== undefined) continue;
    const may = policy === 'sync' || policy === 'create-update';
    try {
      const patch = may ? applicationPatch(found, generated, set) : wantedAgain(found);
      if (patch !== undefined) changes.push({ live: found, patch });
    } catch (error) {
      if (!(error instanceof InvalidApplicationError)) throw error;
      faults.push({ name, message: messageOf(error) });
    }
  }
  return { creates, changes, removal: removalOf(input, policy), faults };
}

/** Where nothing is changed, a removal that was asked for is still called off. */
function wantedAgain(live: KubeObject): JsonObject | undefined {
  if (annotation(live, REMOVAL_REQUESTED) === undefined) return undefined;
  return { metadata: { annotations: { [REMOVAL_REQUESTED]: null } } };
}

function removalOf({ owned, names, held, options, now, lastPass }: PlanInput, policy: string): RemovalPlan {
  if (held !== undefined || policy === 'create-only' || policy === 'create-update') return NO_REMOVAL;
  const obsolete = owned.filter(({ metadata }) => !names.has(metadata.name ?? ''));
  return planRemovals({ obsolete, options, now, ...(lastPass === undefined ? {} : { lastPass }) });
}

const SHOWN = 10;

/** A plan in words; undefined when there is nothing to do. */
export function describePlan({ creates, changes, removal }: ApplicationPlan): string | undefined {
  const removed = [...removal.waiting, ...removal.unapproved, ...removal.removals];
  const parts = [
    listed('create', creates),
    listed(
      'change',
      changes.map(({ live }) => live),
    ),
    listed('remove', removed),
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : `would ${parts.join('; ')}`;
}

function listed(verb: string, objects: readonly KubeObject[]): string | undefined {
  if (objects.length === 0) return undefined;
  const names = objects.slice(0, SHOWN).map(({ metadata }) => metadata.name ?? '');
  const more = objects.length > SHOWN ? `, and ${objects.length - SHOWN} more` : '';
  return `${verb} ${objects.length} (${names.join(', ')}${more})`;
}
