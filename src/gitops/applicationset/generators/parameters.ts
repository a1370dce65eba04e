import { formatValue, isMap } from '../template/go-value.ts';
import { renderText } from '../template/render.ts';
import type { RenderOptions } from '../template/render.ts';
import type { ParameterSet } from '../application-set.ts';

/** A tree as texts with dotted names; empty lists and maps vanish. */
export function flatten(value: unknown, prefix = ''): Readonly<Record<string, string>> {
  if (value === null || typeof value !== 'object') {
    return prefix === '' ? {} : { [prefix]: value === null ? '<nil>' : formatValue(value) };
  }
  return Object.assign(
    {},
    ...Object.entries(value).map(([name, member]) => flatten(member, prefix === '' ? name : `${prefix}.${name}`)),
  ) as Record<string, string>;
}

/** Puts a generator's own `values` in, which may speak of the parameters that are there already. */
export function withValues(
  values: Readonly<Record<string, string>> | null | undefined,
  parameters: ParameterSet,
  options: RenderOptions,
): ParameterSet {
  const rendered = Object.entries(values ?? {}).map(
    ([name, template]) => [name, renderText(template, parameters, options)] as const,
  );
  if (rendered.length === 0) return parameters;
  if (!options.goTemplate) {
    return { ...parameters, ...Object.fromEntries(rendered.map(([name, text]) => [`values.${name}`, text])) };
  }
  const own = parameters['values'];
  return { ...parameters, values: { ...(isMap(own) ? own : {}), ...Object.fromEntries(rendered) } };
}

/** `over` wins, member by member. */
export function mergeTrees(base: ParameterSet, over: ParameterSet): ParameterSet {
  const merged: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(over)) {
    const own = Object.hasOwn(merged, name) ? merged[name] : undefined;
    const both = isMap(own) && isMap(value);
    Object.defineProperty(merged, name, {
      value: both ? mergeTrees(own, value) : value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
  return merged;
}
