import type { Call } from '../cluster.ts';
import { invalid } from '../field-error.ts';
import type { FieldError } from '../field-error.ts';
import { isTrue } from '../http/request-info.ts';

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

export interface WriteOptions {
  readonly dryRun: boolean;
  readonly fieldManager: string;
  /** The client named the manager itself. */
  readonly namedManager: boolean;
  readonly fieldValidation: FieldValidation;
  readonly force: boolean | undefined;
}

const OPTIONS_KIND = { group: 'meta.k8s.io', version: 'v1' };

/** @throws ApiError 422 */
export function writeOptions(call: Call): WriteOptions {
  const { params } = call;
  const errors: FieldError[] = [];
  const dryRun = parseDryRun(params.getAll('dryRun'), errors);
  const given = params.get('fieldManager') ?? '';
  checkManager(given, errors);
  const fieldValidation = parseValidation(params.get('fieldValidation') ?? '', errors);
  if (errors.length > 0) throw invalid({ ...OPTIONS_KIND, kind: optionsKind(call) }, '', errors);
  const force = params.has('force') ? isTrue(params.get('force')) : undefined;
  const fieldManager = given === '' ? managerOfAgent(call.request.header('user-agent')) : given;
  return { dryRun, fieldManager, namedManager: given !== '', fieldValidation, force };
}

function optionsKind(call: Call): string {
  const kinds: Readonly<Record<string, string>> = {
    create: 'CreateOptions',
    update: 'UpdateOptions',
    patch: 'PatchOptions',
  };
  return kinds[call.info.verb] ?? 'DeleteOptions';
}

/** `All` or nothing. */
export function parseDryRun(values: readonly string[], errors: FieldError[]): boolean {
  const given = values.filter((value) => value !== '');
  const bad = given.find((value) => value !== 'All');
  if (bad !== undefined)
    errors.push({ type: 'FieldValueNotSupported', field: 'dryRun', value: bad, detail: 'supported values: "All"' });
  return given.length > 0;
}

const MAX_MANAGER = 128;

function checkManager(manager: string, errors: FieldError[]): void {
  if (manager.length > MAX_MANAGER)
    errors.push({
      type: 'FieldValueTooLong',
      field: 'fieldManager',
      detail: `may not be more than ${MAX_MANAGER} bytes`,
    });
  if (/[^\P{C}]/u.test(manager))
    errors.push({
      type: 'FieldValueInvalid',
      field: 'fieldManager',
      value: manager,
      detail: 'should only contain printable characters',
    });
}

function parseValidation(value: string, errors: FieldError[]): FieldValidation {
  if (value === '' || value === 'Warn') return 'Warn';
  if (value === 'Ignore' || value === 'Strict') return value;
  errors.push({
    type: 'FieldValueNotSupported',
    field: 'fieldValidation',
    value,
    detail: 'supported values: "Ignore", "Strict", "Warn"',
  });
  return 'Warn';
}

/** The program's name: what stands before the first slash, printable characters only. */
export function managerOfAgent(agent: string | undefined): string {
  const program = (agent ?? '').split('/')[0]?.replace(/[^\P{C}]/gu, '') ?? '';
  return program === '' ? 'unknown' : program.slice(0, MAX_MANAGER);
}
