import { messageOf, parseYaml } from '../../core/index.ts';
import type { JsonValue } from '../../core/index.ts';
import { applyMergePatch } from '../../kube/index.ts';
import type { KubeObject } from '../../kube/index.ts';
import type { ApplicationSet, ApplicationSetSpec, GeneratorTemplate, ParameterSet } from './application-set.ts';
import { GENERATOR_KINDS, renderOptions, transform } from './generators/generate.ts';
import type { GeneratorContext } from './generators/generate.ts';
import { GeneratorError } from './generators/generator-error.ts';
import { isList, isMap } from './template/go-value.ts';
import { renderText, renderValue } from './template/render.ts';
import type { RenderOptions } from './template/render.ts';

const RESOURCES_FINALIZER = 'resources-finalizer.argocd.argoproj.io';

export interface TemplateOptions extends RenderOptions {
  readonly syncPolicy?: ApplicationSetSpec['syncPolicy'];
}

/** An Application of a template, which takes its resources with it when it goes unless the set says otherwise. */
export function renderApplication<T extends GeneratorTemplate>(
  template: T,
  parameters: ParameterSet,
  options: TemplateOptions,
): T {
  const empty = Object.keys(parameters).length === 0;
  const rendered = empty ? template : (renderValue(template, parameters, options) as T);
  const finalizers = rendered.metadata?.['finalizers'];
  const keeps = options.syncPolicy?.preserveResourcesOnDeletion === true;
  if (keeps || (isList(finalizers) && finalizers.length > 0)) return rendered;
  return { ...rendered, metadata: { ...rendered.metadata, finalizers: [RESOURCES_FINALIZER] } };
}

/** An Application with a set's patch over it. The project is the template's to say. @throws {GeneratorError} unless it is an object */
export function applyTemplatePatch(application: KubeObject, patch: string): KubeObject {
  const document = readPatch(patch);
  const patched = applyMergePatch(application as unknown as JsonValue, document as JsonValue) as unknown as KubeObject;
  const { spec } = application as { readonly spec?: { readonly project?: unknown } };
  const patchedSpec = (patched as { readonly spec?: Readonly<Record<string, unknown>> }).spec;
  return { ...patched, spec: { ...patchedSpec, project: spec?.project } };
}

function readPatch(patch: string): Readonly<Record<string, unknown>> {
  const [document] = parseYaml(patch);
  if (isMap(document)) return document;
  throw new GeneratorError('error while converting template to json: the patch is not an object');
}

export interface GenerationFault {
  readonly reason: string;
  readonly message: string;
}

export interface GeneratedApplications {
  readonly applications: readonly KubeObject[];
  /** The first thing that went wrong; then what is missing in `applications` says nothing. */
  readonly error?: GenerationFault;
  /** Everything that went wrong. */
  readonly faults: readonly GenerationFault[];
  /** Whether a generator gave no parameters at all. */
  readonly empty: boolean;
}

/** Every Application that a set's generators and template give. What is wrong with one does not keep the others back. */
export async function generateApplications(
  set: ApplicationSet,
  context: GeneratorContext,
): Promise<GeneratedApplications> {
  const applications: KubeObject[] = [];
  const faults: GenerationFault[] = [];
  let empty = (set.spec.generators ?? []).length === 0;
  for (const generator of set.spec.generators ?? []) {
    try {
      const generated = await transform(generator, context);
      const all = generated.flatMap(({ parameters, template }) =>
        parameters.map((one) => ({ set, template, parameters: one })),
      );
      if (all.length === 0) empty = true;
      faults.push(...all.flatMap((rendering) => renderInto(applications, rendering) ?? []));
    } catch (failure) {
      context.signal.throwIfAborted();
      faults.push({ reason: 'ApplicationGenerationFromParamsError', message: messageOf(failure) });
    }
  }
  const [error] = faults;
  return { applications, faults, empty, ...(error === undefined ? {} : { error }) };
}

interface Rendering {
  readonly set: ApplicationSet;
  readonly template: GeneratorTemplate;
  readonly parameters: ParameterSet;
}

function renderInto(applications: KubeObject[], rendering: Rendering): GenerationFault | undefined {
  try {
    applications.push(renderOne(rendering));
    return undefined;
  } catch (failure) {
    return { reason: 'RenderTemplateParamsError', message: messageOf(failure) };
  }
}

function renderOne({ set, template, parameters }: Rendering): KubeObject {
  const { spec, metadata } = set;
  const options = { ...renderOptions({ spec }), syncPolicy: spec.syncPolicy ?? null };
  const rendered = renderApplication(template, parameters, options);
  const application = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    ...rendered,
    metadata: { ...rendered.metadata, namespace: metadata.namespace },
  } as unknown as KubeObject;
  if (spec.templatePatch === undefined || spec.templatePatch === '') return application;
  const patched = applyTemplatePatch(application, renderText(spec.templatePatch, parameters, options));
  // a patch that a tenant's file fills in names neither another Application nor another place
  const { name, namespace } = application.metadata;
  return {
    ...patched,
    metadata: {
      ...patched.metadata,
      ...(name === undefined ? {} : { name }),
      ...(namespace === undefined ? {} : { namespace }),
    },
  };
}

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const KNOWN: ReadonlySet<string> = new Set([...GENERATOR_KINDS, 'selector']);

export interface InvalidGenerators {
  readonly found: boolean;
  /** As somebody wrote them. */
  readonly names: readonly string[];
}

/** Generators of a kind that there is not: the API server drops what it does not know, so the name is in what was applied. */
export function invalidGenerators({ metadata, spec }: ApplicationSet): InvalidGenerators {
  const invalid = (spec.generators ?? []).flatMap((generator, index) =>
    GENERATOR_KINDS.some((kind) => generator[kind] !== undefined) ? [] : [index],
  );
  const applied = appliedGenerators(metadata.annotations?.[LAST_APPLIED]);
  const names = invalid.flatMap((index) => Object.keys(applied[index] ?? {}).filter((name) => !KNOWN.has(name)));
  return { found: invalid.length > 0, names: [...new Set(names)].sort() };
}

function appliedGenerators(annotation: string | undefined): readonly (Readonly<Record<string, unknown>> | undefined)[] {
  try {
    const document: unknown = JSON.parse(annotation ?? '{}');
    const spec = isMap(document) ? document['spec'] : undefined;
    const generators = isMap(spec) ? spec['generators'] : undefined;
    return isList(generators) ? generators.map((one) => (isMap(one) ? one : undefined)) : [];
  } catch {
    return []; // whoever wrote the annotation did not write JSON: then no names are known
  }
}
