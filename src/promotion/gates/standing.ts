import { isWindowOpen } from '../../core/index.ts';
import type { Freeze, ReleaseImage } from '../kinds.ts';
import { failed, passed, pending } from './verdict.ts';
import type { Standing, Verdict } from './verdict.ts';

interface Subject {
  readonly service: string;
  readonly images: readonly ReleaseImage[];
}

/** Gates that are judged before the merge and once more before the environment moves; only those that are about it. */
export function standingGates(standing: Standing, subject: Subject): readonly Verdict[] {
  return [quarantineGate(standing, subject), ...windowGates(standing), ...freezeGates(standing, subject)];
}

/** No image is one that has failed and that nobody has released from quarantine. */
export function quarantineGate({ quarantines }: Pick<Standing, 'quarantines'>, { images }: Subject): Verdict {
  const found = quarantines.find(
    ({ spec }) => spec.lifted === undefined && images.some(({ digest }) => digest === spec.digest),
  );
  return found === undefined
    ? passed('quarantine', 'None of its images is in quarantine')
    : failed('quarantine', `${found.spec.digest.slice(0, 19)} is in quarantine: ${found.spec.reason}`);
}

function windowGates({ environment, now }: Standing): readonly Verdict[] {
  const windows = environment.windows ?? [];
  if (windows.length === 0) return [];
  const denied = windows.find((window) => window.kind === 'deny' && isWindowOpen(window, now));
  if (denied !== undefined)
    return [pending('window', `Closed by ${denied.schedule} for ${denied.duration}${because(denied.reason)}`)];
  const allowing = windows.filter(({ kind }) => kind === 'allow');
  if (allowing.length === 0 || allowing.some((window) => isWindowOpen(window, now)))
    return [passed('window', `${environment.name} may change now`)];
  const times = allowing.map(({ schedule, duration }) => `${schedule} for ${duration}`).join(' or ');
  return [pending('window', `${environment.name} may change at ${times}`)];
}

function freezeGates({ freezes, environment, now }: Standing, { service }: Subject): readonly Verdict[] {
  const found = freezes.find((freeze) => isAbout(freeze, { environment: environment.name, service, now }));
  if (found === undefined) return [];
  const { by, reason, until } = found.spec;
  return [pending('freeze', `Frozen by ${by}${until === undefined ? '' : ` until ${until}`}: ${reason}`)];
}

function isAbout(
  { spec }: Freeze,
  { environment, service, now }: { readonly environment: string; readonly service: string; readonly now: number },
): boolean {
  const over = spec.until !== undefined && Date.parse(spec.until) <= now;
  return !over && spec.environment === environment && (spec.service === undefined || spec.service === service);
}

function because(reason: string | undefined): string {
  return reason === undefined ? '' : `: ${reason}`;
}
