import { messageOf } from '../../../core/index.ts';
import type { Generator, ParameterSet } from '../application-set.ts';
import { isMap } from '../template/go-value.ts';
import { renderText } from '../template/render.ts';
import type { RenderOptions } from '../template/render.ts';
import { TemplateError } from '../template/template-error.ts';
import { GeneratorError } from './generator-error.ts';

/** Stands for a value that the generator itself fills in later, while everything else is rendered. */
const OPEN = '{{';
const KEPT = '{{"{{"}}';

/**
 * A generator whose `values` speak of the outer parameters already where they can. One that speaks of the generator's own
 * parameters is kept for when these are known.
 * @throws {GeneratorError} for a value that no parameters can make right
 */
export function preResolved(generator: Generator, parameters: ParameterSet, options: RenderOptions): Generator {
  if (!options.goTemplate) return generator;
  return Object.fromEntries(
    Object.entries(generator as Readonly<Record<string, unknown>>).map(([kind, given]) => {
      const values = isMap(given) ? given['values'] : undefined;
      return isMap(given) && isMap(values)
        ? [kind, { ...given, values: resolve(values, parameters, options) }]
        : [kind, given];
    }),
  );
}

function resolve(
  values: Readonly<Record<string, unknown>>,
  parameters: ParameterSet,
  options: RenderOptions,
): Readonly<Record<string, unknown>> {
  const strict = { ...options, goTemplateOptions: ['missingkey=error'] };
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      if (typeof value !== 'string') return [name, value];
      try {
        return [name, renderText(value, parameters, strict).replaceAll(OPEN, KEPT)];
      } catch (error) {
        if (error instanceof TemplateError && error.missingKey) return [name, value.replaceAll(OPEN, KEPT)];
        const key = JSON.stringify(name);
        throw new GeneratorError(`failed to pre-resolve Values key ${key}: ${messageOf(error)}`, { cause: error });
      }
    }),
  );
}
