/**
 * Kustomize: files in, objects out. No clock, no network, nothing read outside the source.
 * @module
 */
export { KUSTOMIZATION_FILES, build } from './build.ts';
export { KustomizeError } from './errors.ts';
export type { BuildOptions, BuildResult, KustomizeOverrides } from './build.ts';
export type { KustomizeErrorCode } from './errors.ts';
export type { FileSource, Source } from './file-source.ts';
