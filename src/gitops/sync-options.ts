import type { DeleteOptions, KubeObject } from '../kube/index.ts';
import { hasSyncOption } from './annotations.ts';
import type { Application, Operation, SyncOperation, SyncResource } from './application.ts';
import { identity } from './sync-task.ts';

export type Confirmable = 'true' | 'false' | 'confirm';

/** The options of one sync: those of the operation over those of the Application. */
export interface SyncSettings {
  readonly prune: boolean;
  readonly dryRun: boolean;
  readonly force: boolean;
  readonly skipHooks: boolean;
  readonly pruneLast: boolean;
  readonly replace: boolean;
  readonly validate: boolean;
  readonly applyOutOfSyncOnly: boolean;
  readonly skipDryRunOnMissingResource: boolean;
  readonly failOnSharedResource: boolean;
  readonly respectIgnoreDifferences: boolean;
  readonly createNamespace: boolean;
  readonly pruneDefault: Confirmable;
  readonly pruneConfirmed: boolean;
  readonly propagation: NonNullable<DeleteOptions['propagationPolicy']>;
  /** Absent: everything. */
  readonly selection?: (object: KubeObject) => boolean;
}

const PROPAGATION: Readonly<Record<string, NonNullable<DeleteOptions['propagationPolicy']>>> = {
  foreground: 'Foreground',
  background: 'Background',
  orphan: 'Orphan',
};

function valueOf(options: readonly string[], name: string): string | undefined {
  return options.findLast((option) => option.startsWith(`${name}=`))?.slice(name.length + 1);
}

/** Options that are spelled right but that this engine does not carry out, with the reason. */
export function unsupportedOptions(options: readonly string[]): readonly string[] {
  return options.filter((option) => option === 'ClientSideApplyMigration=true');
}

export function optionsOf(application: Application): readonly string[] {
  return application.spec.syncPolicy?.syncOptions ?? [];
}

/** @param confirmed whether the deletion of what asks for confirmation was approved since the operation began */
export function settingsFor(
  application: Application,
  operation: Operation | undefined,
  confirmed = false,
): SyncSettings {
  const { sync: asked } = operation ?? {};
  const sync = asked ?? {};
  const options = [...optionsOf(application), ...(sync.syncOptions ?? [])];
  const has = (name: string): boolean => valueOf(options, name) === 'true';
  const selected = sync.resources ?? [];
  return {
    prune: sync.prune === true,
    dryRun: sync.dryRun === true,
    force: isForced(sync) || has('Force'),
    // As upstream: hooks do not run for a part of the objects, nor when only applying was asked for.
    skipHooks: selected.length > 0 || isApplyOnly(sync),
    pruneLast: has('PruneLast'),
    replace: has('Replace'),
    validate: valueOf(options, 'Validate') !== 'false',
    applyOutOfSyncOnly: has('ApplyOutOfSyncOnly'),
    skipDryRunOnMissingResource: has('SkipDryRunOnMissingResource'),
    failOnSharedResource: has('FailOnSharedResource'),
    respectIgnoreDifferences: has('RespectIgnoreDifferences'),
    createNamespace: has('CreateNamespace'),
    pruneDefault: confirmable(valueOf(options, 'Prune')),
    pruneConfirmed: confirmed,
    propagation: propagationOf(valueOf(options, 'PrunePropagationPolicy')),
    ...selection(selected),
  };
}

function selection(selected: readonly SyncResource[]): Pick<SyncSettings, 'selection'> {
  return selected.length > 0 ? { selection: selectionOf(selected) } : {};
}

function propagationOf(value = ''): SyncSettings['propagation'] {
  return PROPAGATION[value] ?? 'Foreground';
}

function isForced({ syncStrategy }: SyncOperation): boolean {
  return syncStrategy?.apply?.force === true || syncStrategy?.hook?.force === true;
}

function isApplyOnly({ syncStrategy }: SyncOperation): boolean {
  return syncStrategy?.apply !== undefined && syncStrategy.apply !== null;
}

function confirmable(value: string | undefined): Confirmable {
  return value === 'false' || value === 'confirm' ? value : 'true';
}

function selectionOf(resources: readonly SyncResource[]): (object: KubeObject) => boolean {
  return (object) => {
    const { group, kind, namespace, name } = identity(object);
    return resources.some(
      (wanted) =>
        (wanted.group ?? '') === group &&
        wanted.kind === kind &&
        wanted.name === name &&
        (wanted.namespace === undefined ||
          wanted.namespace === '' ||
          namespace === '' ||
          wanted.namespace === namespace),
    );
  };
}

/** Whether pruning the live object is forbidden, needs a confirmation, or is free. The object's own option wins. */
export function prunePolicy(live: KubeObject, settings: Pick<SyncSettings, 'pruneDefault'>): Confirmable {
  return confirmableOption(live, 'Prune') ?? settings.pruneDefault;
}

/** `Delete=` option of an object, for the cascade when its Application is deleted. */
export function deletionPolicy(live: KubeObject, options: readonly string[]): Confirmable {
  return confirmableOption(live, 'Delete') ?? confirmable(valueOf(options, 'Delete'));
}

function confirmableOption(live: KubeObject, name: 'Prune' | 'Delete'): Confirmable | undefined {
  if (hasSyncOption(live, `${name}=false`)) return 'false';
  if (hasSyncOption(live, `${name}=confirm`)) return 'confirm';
  return hasSyncOption(live, `${name}=true`) ? 'true' : undefined;
}
