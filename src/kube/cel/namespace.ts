import type { Environment } from '@marcbachmann/cel-js';

/**
 * Makes `name` a word that functions can be called on: `sets.contains(…)`. Their first argument is the word itself.
 * @returns the type that the functions are registered for
 */
export function addNamespace(environment: Environment, name: string): string {
  class Namespace {
    readonly name = name;
  }
  const type = `${name}Namespace`;
  environment.registerType(type, Namespace).registerConstant(name, type, new Namespace());
  return type;
}
