import type { ForgeGenerator } from '../application-set.ts';
import { isMap } from '../template/go-value.ts';
import { GeneratorError } from './generator-error.ts';

/** Where generators may ask: an address that a tenant writes is reached with the hub's credentials. */
export interface ForgePolicy {
  readonly enabled: boolean;
  /** Addresses of APIs beside the providers' own. */
  readonly allowedApis: readonly string[];
}

/** @throws {GeneratorError} unless the provider of the generator may be asked */
export function checkProvider(generator: ForgeGenerator, { enabled, allowedApis }: ForgePolicy): void {
  if (!enabled) throw new GeneratorError('scm providers are disabled');
  for (const provider of Object.values(generator)) {
    const api = isMap(provider) ? provider['api'] : undefined;
    if (typeof api === 'string' && api !== '' && !allowedApis.includes(api)) {
      throw new GeneratorError(
        `scm provider ${JSON.stringify(api)} not allowed (must use one of: ${allowedApis.join(', ')})`,
      );
    }
  }
}
