import { EMPTY_CONFIG, mergeConfig } from '../config/transformer-config.ts';
import type { ConfigAddition, TransformerConfig } from '../config/transformer-config.ts';
import { KustomizeError } from '../errors.ts';
import { describeId } from '../model/identity.ts';
import type { VariableArgs } from '../model/kustomization.ts';
import type { Resource } from '../model/resource.ts';
import { ResourceMap } from '../model/resource-map.ts';
import { mergeMetadataFrom, mergeDataFrom } from './merge-generated.ts';
import { markVariable } from './variables.ts';

/** What one kustomization, with everything below it, has come to so far. */
export class Accumulator {
  readonly resources = new ResourceMap();
  #config: TransformerConfig = EMPTY_CONFIG;
  readonly variables = new Map<string, VariableArgs>();

  get config(): TransformerConfig {
    return this.#config;
  }

  /** @throws KustomizeError INVALID_KUSTOMIZATION when it contradicts what is configured */
  configure(addition: ConfigAddition): void {
    this.#config = mergeConfig(this.#config, addition);
  }

  /** Takes over everything of a base. @throws KustomizeError when an object or a variable is there already */
  absorb(other: Accumulator): void {
    this.resources.appendAll(other.resources.all);
    this.configure(other.config);
    for (const variable of other.variables.values()) this.#addVariable(variable);
  }

  /** @throws KustomizeError INVALID_VARIABLE when the name is taken, or several objects could be meant */
  declareVariable(variable: VariableArgs): void {
    markVariable(this.resources, variable);
    this.#addVariable(variable);
  }

  #addVariable(variable: VariableArgs): void {
    const name = variable.name ?? '';
    if (this.variables.has(name)) {
      throw new KustomizeError('INVALID_VARIABLE', `The variable '${name}' is already encountered`);
    }
    this.variables.set(name, variable);
  }

  /** Adds what a generator made, or merges it into, or puts it in place of, what is there. */
  absorbGenerated(resource: Resource): void {
    const matches = this.resources.byAnyId(resource.id);
    const [old] = matches;
    if (matches.length > 1) {
      throw new KustomizeError(
        'NO_SINGLE_TARGET',
        `Found multiple objects that could accept merge of ${describeId(resource.id)}`,
      );
    }
    if (old === undefined) {
      if (resource.behavior === 'merge' || resource.behavior === 'replace') {
        throw new KustomizeError(
          'INVALID_GENERATOR',
          `${describeId(resource.id)} does not exist; cannot merge or replace`,
        );
      }
      this.resources.append(resource);
      return;
    }
    if (resource.behavior !== 'merge' && resource.behavior !== 'replace') {
      throw new KustomizeError(
        'INVALID_GENERATOR',
        `${describeId(resource.id)} exists; behavior must be merge or replace`,
      );
    }
    mergeMetadataFrom(resource, old);
    if (resource.behavior === 'merge') mergeDataFrom(resource, old);
    this.resources.replace(old, resource);
  }
}
