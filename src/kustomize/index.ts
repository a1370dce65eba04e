/**
 * Kustomize without the binary: files in, objects out. Reads nothing but the files it is given, and tells which.
 * @module
 */
export { build } from './build.ts';
export { BuildCache } from './build-cache.ts';
export { KustomizeError } from './errors.ts';
export { mergePatch, mergeThreeWay } from './merge/merge-texts.ts';
export { environmentFolder, findOverlays, lastStep, mayRead } from './overlays.ts';
export { KUSTOMIZATION_FILES } from './kustomization/read.ts';
export type { BuildOptions, BuildResult, BuildSource, ObjectSource } from './build.ts';
export type { KustomizeErrorCode } from './errors.ts';
export type { MergeTextOptions } from './merge/merge-texts.ts';
export type { ThreeWay } from './merge/merge3.ts';
export type { KustomizeOverrides } from './kustomization/overrides.ts';
export type { Overlay, OverlaySource } from './overlays.ts';
export type { FileSource } from './files/source.ts';
