import { formatTime, parseDuration } from '../core/index.ts';
import { freezeFact } from '../evidence/index.ts';
import { mayDecide } from './actions.ts';
import type { Actor } from './actions.ts';
import { DeliveryObjects } from './delivery-objects.ts';
import { refuse } from './errors.ts';
import type { Freeze } from './kinds.ts';
import type { VerbPorts } from './verbs.ts';

type Ports = Pick<VerbPorts, 'hub' | 'clock' | 'ledger'>;

export interface FreezeRequest {
  readonly environment: string;
  /** Absent: all services. */
  readonly service?: string | undefined;
  readonly reason: string;
  /** Go duration; absent: until it is lifted. */
  readonly lasts?: string | undefined;
}

/** Lets nothing into an environment but what brings it back. @throws RefusedError */
export async function freeze(
  { hub, clock, ledger }: Ports,
  actor: Actor,
  request: FreezeRequest,
): Promise<Freeze['spec']> {
  const { environment, service, reason, lasts } = request;
  const objects = new DeliveryObjects(hub);
  await assertMayFreeze(objects, actor, request);
  const length = lasts === undefined ? undefined : parseDuration(lasts);
  if (lasts !== undefined && (length === undefined || length <= 0))
    refuse(`Cannot freeze for ${lasts}: give a duration such as 12h`);
  const name = nameOf(request);
  const at = formatTime(clock.now());
  const until = length === undefined ? {} : { until: formatTime(clock.now() + length) };
  const place = { environment, ...(service === undefined ? {} : { service }) };
  await ledger.append(freezeFact({ ...place, actor: actor.name, at, name, state: 'Started', reason, ...until }));
  await objects.removeFreeze(name); // A second one replaces the first: longer, shorter, or for another reason.
  const spec = { ...place, by: actor.name, reason, ...until };
  await objects.ensureFreeze(name, spec);
  return spec;
}

/** Ends a freeze. @throws RefusedError when there is none */
export async function unfreeze(
  { hub, clock, ledger }: Ports,
  actor: Actor,
  request: Pick<FreezeRequest, 'environment' | 'service'>,
): Promise<void> {
  const objects = new DeliveryObjects(hub);
  await assertMayFreeze(objects, actor, request);
  const name = nameOf(request);
  const { environment, service } = request;
  const found = (await objects.freezes()).find(({ metadata }) => metadata.name === name);
  if (found === undefined) refuse(`${environment} is not frozen${service === undefined ? '' : ` for ${service}`}`);
  const at = formatTime(clock.now());
  const place = { environment, ...(service === undefined ? {} : { service }) };
  const { reason } = found.spec;
  await ledger.append(freezeFact({ ...place, actor: actor.name, at, name, state: 'Ended', reason }));
  await objects.removeFreeze(name);
}

async function assertMayFreeze(
  objects: DeliveryObjects,
  { groups }: Actor,
  { environment, service }: Pick<FreezeRequest, 'environment' | 'service'>,
): Promise<void> {
  const pipelines = (await objects.pipelines()).filter(
    ({ spec }) =>
      (service === undefined || spec.service === service) && spec.environments.some(({ name }) => name === environment),
  );
  if (pipelines.length === 0)
    refuse(`There is no environment ${environment}${service === undefined ? '' : ` of ${service}`}`);
  if (!pipelines.some(({ spec }) => mayDecide(spec, groups)))
    refuse(`Cannot freeze or unfreeze ${environment}: only those who approve or deploy there may`);
}

function nameOf({ environment, service }: Pick<FreezeRequest, 'environment' | 'service'>): string {
  return service === undefined ? environment : `${environment}-${service}`;
}
