import { appliesTo } from '../config/field-spec.ts';
import { KustomizeError } from '../errors.ts';
import { effectiveNamespace, isClusterScoped, splitApiVersion } from '../model/identity.ts';
import type { ResourceId } from '../model/identity.ts';
import type { VariableArgs } from '../model/kustomization.ts';
import { lookup, splitDotted } from '../model/lookup.ts';
import { allIds } from '../model/resource.ts';
import type { Resource } from '../model/resource.ts';
import type { ResourceMap } from '../model/resource-map.ts';
import { expandVariables } from '../transform/expand-variables.ts';
import type { VariableValue } from '../transform/expand-variables.ts';
import { ExactScalar, isScalar } from '../yaml/value.ts';
import type { YamlValue } from '../yaml/value.ts';
import type { Accumulator } from './accumulator.ts';

/**
 * Marks the object that a variable takes its value from, while its names are those of the kustomization that says so.
 * @throws KustomizeError INVALID_VARIABLE when several objects could be meant
 */
export function markVariable(resources: ResourceMap, variable: VariableArgs): void {
  const wanted = targetId(variable);
  const exact = wanted.namespace !== '' || isClusterScoped(wanted);
  const found = resources.all.filter((resource) => allIds(resource).some((id) => isMeant(id, wanted, exact)));
  const [first, second] = found;
  if (second !== undefined) {
    throw new KustomizeError(
      'INVALID_VARIABLE',
      `Found ${found.length} resId matches for var ${variable.name ?? ''} (unable to disambiguate): name the namespace`,
    );
  }
  first?.variables.push(variable.name ?? '');
}

function targetId({ objref = {} }: VariableArgs): ResourceId {
  const { apiVersion = '', group = '', version = '', kind = '', name = '', namespace = '' } = objref;
  const gv = apiVersion === '' ? { group, version } : splitApiVersion(apiVersion);
  return { ...gv, kind, name, namespace };
}

function isMeant(id: ResourceId, wanted: ResourceId, exact: boolean): boolean {
  if (id.kind !== wanted.kind || id.name !== wanted.name) return false;
  if (id.group !== wanted.group || id.version !== wanted.version) return false;
  return !exact || effectiveNamespace(id) === effectiveNamespace(wanted);
}

/** Puts the values of variables where `$(NAME)` stands for them. @throws KustomizeError INVALID_VARIABLE */
export function resolveVariables({ resources, config, variables }: Accumulator): void {
  if (variables.size === 0) return;
  const values = new Map<string, VariableValue | undefined>();
  for (const [name, variable] of variables) values.set(name, valueOf(resources, name, variable));
  for (const resource of resources.all) {
    const { gvk } = resource;
    for (const spec of config.varReference) {
      if (appliesTo(spec, gvk)) expandVariables(resource.node, spec, values);
    }
  }
  resources.changed();
}

/** `undefined` for a map or list, which stands nowhere: its references are left as they are. */
function valueOf(resources: ResourceMap, name: string, variable: VariableArgs): VariableValue | undefined {
  const source = resources.all.find(({ variables }) => variables.includes(name));
  if (source === undefined) {
    throw new KustomizeError(
      'INVALID_VARIABLE',
      `The var '${name}' cannot be mapped to a field in the set of known resources`,
    );
  }
  const value = fieldOf(source, variable.fieldref?.fieldPath ?? '');
  if (value === undefined) {
    throw new KustomizeError(
      'INVALID_VARIABLE',
      `The field specified in var '${name}' not found in corresponding resource`,
    );
  }
  if (!isScalar(value)) return undefined;
  return value instanceof ExactScalar && typeof value.value === 'string' ? value.text : value;
}

function fieldOf(source: Resource, fieldPath: string): YamlValue | undefined {
  const steps = splitDotted(fieldPath === '' ? 'metadata.name' : fieldPath).flatMap(withIndex);
  try {
    return lookup(source.node, steps);
  } catch (error) {
    if (error instanceof KustomizeError) return undefined;
    throw error;
  }
}

/** `ports[0]` as `ports` and `0`. */
function withIndex(step: string): string[] {
  const match = /^([^[\]]+)\[(\d+)\]$/.exec(step);
  return match === null ? [step] : [match[1] ?? '', match[2] ?? ''];
}
