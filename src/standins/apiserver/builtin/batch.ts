import { Cron } from 'croner';
import { isJsonObject, jsonEqual } from '../../../core/index.ts';
import type { JsonObject, JsonValue } from '../../../core/index.ts';
import { asJson, getPath } from '../../../kube/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import type { FieldError } from '../field-error.ts';
import { textAt } from '../tables/values.ts';
import { NOT_NEGATIVE, choice, count, fill, required, unsupported, wrong } from './rules.ts';
import type { KindTables, TypeRules } from './rules.ts';

export const BATCH_TYPES: TypeRules = {
  V1JobSpec: {
    fields: {
      // completions first: whether parallelism was given decides
      completions: { min: 0, default: ({ parallelism }) => (parallelism === undefined ? 1 : undefined) },
      parallelism: count(1),
      backoffLimit: { min: 0, default: (spec) => (spec['backoffLimitPerIndex'] === undefined ? 6 : 2_147_483_647) },
      backoffLimitPerIndex: NOT_NEGATIVE,
      activeDeadlineSeconds: NOT_NEGATIVE,
      ttlSecondsAfterFinished: NOT_NEGATIVE,
      completionMode: choice('NonIndexed', 'Indexed'),
      podReplacementPolicy: {
        oneOf: ['Failed', 'TerminatingOrFailed'],
        default: (spec) => (spec['podFailurePolicy'] === undefined ? 'TerminatingOrFailed' : 'Failed'),
      },
      suspend: fill(false),
    },
    check: checkJob,
  },
  V1CronJobSpec: {
    fields: {
      schedule: { required: true },
      concurrencyPolicy: choice('Allow', 'Forbid', 'Replace'),
      successfulJobsHistoryLimit: count(3),
      failedJobsHistoryLimit: count(1),
      startingDeadlineSeconds: NOT_NEGATIVE,
      suspend: fill(false),
      timeZone: { format: { fits: isTimeZone, detail: 'unknown time zone' } },
    },
    check: checkSchedule,
  },
};

function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false; // the only way to hear that a zone is not known
  }
}

function checkJob(spec: JsonObject, path: string): readonly FieldError[] {
  const at = `${path}.template.spec`;
  if (!isJsonObject(getPath(spec, 'template', 'spec'))) return [required(`${at}.containers`)];
  const restart = textAt(spec, ['template', 'spec', 'restartPolicy']);
  const fits = restart === 'OnFailure' || restart === 'Never';
  const indexed = spec['completionMode'] === 'Indexed' && spec['completions'] === undefined;
  return [
    // templates get "Always" by default, which says that nobody chose
    ...(fits ? [] : [unsupported(`${at}.restartPolicy`, restart, ['OnFailure', 'Never'])]),
    ...(indexed ? [required(`${path}.completions`, 'when completion mode is Indexed')] : []),
  ];
}

function checkSchedule(spec: JsonObject, path: string): readonly FieldError[] {
  const { schedule } = spec;
  if (typeof schedule !== 'string' || schedule === '') return [];
  if (/TZ/.test(schedule))
    return [wrong(`${path}.schedule`, schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead')];
  const fault = scheduleFault(schedule);
  return fault === undefined ? [] : [wrong(`${path}.schedule`, schedule, fault)];
}

function scheduleFault(schedule: string): string | undefined {
  if (/^@(yearly|annually|monthly|weekly|daily|midnight|hourly)$/.test(schedule)) return undefined;
  const fields = schedule.trim().split(/\s+/).length;
  if (fields !== 5) return `expected exactly 5 fields, found ${fields}: [${schedule.trim()}]`;
  try {
    new Cron(schedule, { paused: true, mode: '5-part' }).stop();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : 'not a schedule';
  }
}

export const BATCH_KINDS: KindTables = {
  'batch/v1/Job': {
    immutable: ['spec.completionMode', 'spec.selector', 'spec.podFailurePolicy', 'spec.backoffLimitPerIndex'],
    default: selectOwnPods,
    check: (job) => (isJsonObject(asJson(job)['spec']) ? [] : [required('spec.template.spec.containers')]),
    update: jobUpdate,
  },
  'batch/v1/CronJob': {
    check: (job) =>
      isJsonObject(asJson(job)['spec']) ? [] : [required('spec.schedule'), required('spec.jobTemplate')],
  },
};

const OWNER = 'batch.kubernetes.io/controller-uid';

/** A Job finds its Pods by its own UID unless somebody selects by hand. */
function selectOwnPods(job: KubeObject, old?: KubeObject): void {
  const spec = asJson(job)['spec'];
  if (!isJsonObject(spec)) return;
  const template = spec['template'];
  if (!isJsonObject(template)) return;
  if (Object.keys(job.metadata.labels ?? {}).length === 0 && old === undefined) {
    const labels = getPath(template, 'metadata', 'labels');
    if (isJsonObject(labels)) job.metadata.labels = { ...labels } as Record<string, string>;
  }
  if (spec['manualSelector'] === true) return;
  const { uid = '', name = '' } = job.metadata;
  const own = {
    [OWNER]: uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  };
  const metadata = isJsonObject(template['metadata']) ? template['metadata'] : {};
  const labels = isJsonObject(metadata['labels']) ? metadata['labels'] : {};
  template['metadata'] = { ...metadata, labels: { ...labels, ...own } };
  spec['selector'] ??= { matchLabels: { [OWNER]: uid } };
}

/** A Job runs what it was made for; while it is suspended, where its Pods go may still change. */
function jobUpdate(job: KubeObject, old: KubeObject): readonly FieldError[] {
  const errors: FieldError[] = [];
  const template = getPath(job, 'spec', 'template');
  const suspended = getPath(old, 'spec', 'suspend') === true;
  if (!suspended && !jsonEqual(template ?? null, getPath(old, 'spec', 'template') ?? null))
    errors.push(wrong('spec.template', template ?? null, 'field is immutable'));
  const indexed = getPath(job, 'spec', 'completionMode') === 'Indexed';
  const [now, before]: (JsonValue | undefined)[] = [job, old].map((each) => getPath(each, 'spec', 'completions'));
  if (!indexed && now !== before) errors.push(wrong('spec.completions', now ?? null, 'field is immutable'));
  return errors;
}
