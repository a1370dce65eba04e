/**
 * Checks a repository of environments before anything is deployed from it: what it renders to, and whether that fits
 * together. Reads files, and nothing else.
 * @module
 */
export { validate } from './validate.ts';
export { toSarif } from './sarif.ts';
export type { Finding, Place, RuleId, Severity } from './finding.ts';
export type { ValidationOptions, ValidationResult } from './validate.ts';
