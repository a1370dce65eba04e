import { printScalar } from '../yaml/print-scalar.ts';
import type { Resource } from './resource.ts';

/** Who made or changed an object: a built-in transformer or generator, or one that a file configures. */
export interface Configurer {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
}

/** Where an object came from, or what changed it; printed as an annotation on request. */
export interface Origin {
  /** Relative to the kustomization that is built. */
  readonly path?: string;
  readonly configuredIn?: string;
  readonly configuredBy?: Configurer;
}

/** The origin of what the file at `where` configures; none when origins are not tracked. */
export function configuredBy(where: Origin | undefined, configurer: Configurer): Origin | undefined {
  return where?.path === undefined ? undefined : { configuredIn: where.path, configuredBy: configurer };
}

const ORIGIN = 'config.kubernetes.io/origin';
const TRANSFORMATIONS = 'alpha.config.kubernetes.io/transformations';

/** Writes what `buildMetadata` asks for into the annotations of an object. */
export function annotateOrigin(resource: Resource, options: readonly string[]): void {
  const { origin, transformations } = resource;
  if (options.includes('originAnnotations') && origin !== undefined) {
    resource.annotate(ORIGIN, lines(originLines(origin)));
  }
  if (options.includes('transformerAnnotations') && transformations.length > 0) {
    resource.annotate(TRANSFORMATIONS, lines(transformations.flatMap(listItem)));
  }
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}

function listItem(origin: Origin): string[] {
  return originLines(origin).map((line, i) => `${i === 0 ? '- ' : '  '}${line}`);
}

function originLines({ path, configuredIn, configuredBy: by = {} }: Origin): string[] {
  const inner = fieldLines([
    ['apiVersion', by.apiVersion],
    ['kind', by.kind],
    ['name', by.name],
    ['namespace', by.namespace],
  ]);
  return [
    ...fieldLines([
      ['path', path],
      ['configuredIn', configuredIn],
    ]),
    ...(inner.length === 0 ? [] : ['configuredBy:', ...inner.map((line) => `  ${line}`)]),
  ];
}

function fieldLines(fields: readonly (readonly [key: string, value: string | undefined])[]): string[] {
  return fields.flatMap(([key, value]) =>
    value === undefined || value === ''
      ? []
      : [`${key}: ${printScalar(value, { column: key.length + 2, indent: 2, isKey: true })}`],
  );
}
