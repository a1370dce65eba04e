import { formatTime, parseDuration } from '../core/index.ts';
import { mayDecide } from './actions.ts';
import type { Actor } from './actions.ts';
import { DeliveryObjects } from './delivery-objects.ts';
import { refuse } from './errors.ts';
import type { Freeze } from './kinds.ts';
import type { VerbPorts } from './verbs.ts';

type Ports = Pick<VerbPorts, 'hub' | 'clock'>;

export interface FreezeRequest {
  readonly environment: string;
  /** Absent: all services. */
  readonly service?: string | undefined;
  readonly reason: string;
  /** Go duration; absent: until it is lifted. */
  readonly lasts?: string | undefined;
}

/** Lets nothing into an environment but what brings it back. @throws RefusedError */
export async function freeze({ hub, clock }: Ports, actor: Actor, request: FreezeRequest): Promise<Freeze['spec']> {
  const { environment, service, reason, lasts } = request;
  const objects = new DeliveryObjects(hub);
  await assertMayFreeze(objects, actor, request);
  const length = lasts === undefined ? undefined : parseDuration(lasts);
  if (lasts !== undefined && (length === undefined || length <= 0))
    refuse(`Cannot freeze for ${lasts}: give a duration such as 12h`);
  const name = nameOf(request);
  await objects.removeFreeze(name); // A second one replaces the first: longer, shorter, or for another reason.
  const spec = {
    environment,
    by: actor.name,
    reason,
    ...(service === undefined ? {} : { service }),
    ...(length === undefined ? {} : { until: formatTime(clock.now() + length) }),
  };
  await objects.ensureFreeze(name, spec);
  return spec;
}

/** Ends a freeze. @throws RefusedError when there is none */
export async function unfreeze(
  { hub }: Ports,
  actor: Actor,
  request: Pick<FreezeRequest, 'environment' | 'service'>,
): Promise<void> {
  const objects = new DeliveryObjects(hub);
  await assertMayFreeze(objects, actor, request);
  const name = nameOf(request);
  if (!(await objects.freezes()).some(({ metadata }) => metadata.name === name))
    refuse(`${request.environment} is not frozen${request.service === undefined ? '' : ` for ${request.service}`}`);
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
