import { messageOf } from '../../core/index.ts';
import { isDnsLabel, isDnsSubdomain } from '../../kube/index.ts';
import type { KubeObject } from '../../kube/index.ts';
import { annotation } from '../annotations.ts';
import { parseApplication, sourcesOf } from '../application.ts';
import type { Application, ApplicationDestination } from '../application.ts';
import { InvalidApplicationError } from '../errors.ts';
import { globMatch } from '../glob.ts';
import type { ApplicationSet, Generator, GeneratorTemplate } from './application-set.ts';
import { isGeneratedBy } from './generated-object.ts';
import type { SetOptions } from './set-options.ts';
import { ADOPTED_BY } from './set-options.ts';

export interface Admission {
  readonly set: ApplicationSet;
  readonly options: SetOptions;
  /** The Application of that name in the set's namespace, whoever's it is. */
  readonly find: (name: string) => KubeObject | undefined;
  readonly projectExists: (name: string) => boolean;
  /** @throws InvalidApplicationError when the destination names no cluster */
  readonly checkDestination: (destination: ApplicationDestination) => void;
}

export interface Refusal {
  readonly name: string;
  readonly message: string;
}

export interface Admitted {
  readonly applications: readonly KubeObject[];
  /** Neither made nor changed; what there is of them stays as it is. */
  readonly refused: readonly Refusal[];
}

/** Of the Applications that a set generates those that may be: whatever is wrong with one is no other's problem. */
export function admit(generated: readonly KubeObject[], admission: Admission): Admitted {
  const names = generated.map(({ metadata }) => metadata.name ?? '');
  const repeated = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  const applications: KubeObject[] = [];
  const refused = new Map<string, Refusal>();
  for (const object of generated) {
    const name = object.metadata.name ?? '';
    try {
      if (repeated.has(name)) throw duplicate(name, admission.set);
      check(object, admission);
      applications.push(object);
    } catch (error) {
      if (!(error instanceof InvalidApplicationError)) throw error;
      refused.set(name, { name, message: messageOf(error) });
    }
  }
  return { applications, refused: [...refused.values()] };
}

/** Neither gets the name: a tenant who takes another's may not gain by it. */
function duplicate(name: string, { metadata }: ApplicationSet): InvalidApplicationError {
  return new InvalidApplicationError(
    `ApplicationSet ${metadata.name ?? ''} contains applications with duplicate name: ${name}`,
  );
}

function refuse(message: string): never {
  throw new InvalidApplicationError(message);
}

function check(object: KubeObject, admission: Admission): void {
  const name = object.metadata.name ?? '';
  if (!isDnsSubdomain(name)) {
    refuse(`application name ${shown(name)} is not a lower case name of at most 253 letters, digits, '-' and '.'`);
  }
  const application = parseApplication(object);
  const { project, destination } = application.spec;
  checkPlaces(application);
  checkProject(project, admission);
  admission.checkDestination(destination);
  checkOwner(name, admission);
}

function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}

/** What a tenant's file fills in must not lead anywhere else. */
function checkPlaces({ spec }: Application): void {
  const { namespace = '' } = spec.destination;
  if (namespace !== '' && !isDnsLabel(namespace))
    refuse(`destination namespace ${shown(namespace)} is not a valid name`);
  for (const { path = '' } of sourcesOf(spec)) {
    const leads = path.startsWith('/') || path.includes('\\') || path.split('/').includes('..');
    // eslint-disable-next-line no-control-regex -- such characters are what is refused
    if (leads || /[\u0000-\u001f\u007f]/.test(path)) refuse(`source path ${shown(path)} leads out of the repository`);
  }
}

function checkProject(project: string, { set, options, projectExists }: Admission): void {
  if (isProjectTenants(set) && !options.allowedProjects.some((glob) => globMatch(glob, project))) {
    refuse(
      `project ${shown(project)} comes from what tenants can write, and is not among the projects allowed to the ApplicationSet`,
    );
  }
  if (!projectExists(project)) refuse(`application references project ${project} which does not exist`);
}

const TENANTS: readonly (keyof Generator)[] = ['git', 'pullRequest', 'scmProvider'];

/** Whether the project is filled in, in a set that reads what others than its author can write. */
function isProjectTenants({ spec }: ApplicationSet): boolean {
  const all = allGenerators(spec.generators ?? []);
  const templates = [spec.template, ...all.flatMap(templatesOf)];
  const templated = templates.some((template) => {
    const project = template?.spec?.['project'];
    return typeof project === 'string' && project.includes('{{');
  });
  return templated && all.some((generator) => TENANTS.some((kind) => (generator[kind] ?? undefined) !== undefined));
}

/** Generators with those in them. */
export function allGenerators(generators: readonly Generator[]): readonly Generator[] {
  return generators.flatMap((generator) => [
    generator,
    ...allGenerators(generator.matrix?.generators ?? []),
    ...allGenerators(generator.merge?.generators ?? []),
  ]);
}

function templatesOf(generator: Generator): readonly (GeneratorTemplate | undefined)[] {
  return Object.values(generator).map((given) => (given as { readonly template?: GeneratorTemplate } | null)?.template);
}

function checkOwner(name: string, { set, find }: Admission): void {
  const live = find(name);
  if (live === undefined || isGeneratedBy(live, set)) return;
  const owner = live.metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (owner !== undefined) refuse(`application ${name} belongs to ${owner.kind} ${owner.name}`);
  if (annotation(live, ADOPTED_BY) === set.metadata.name) return;
  refuse(`application ${name} exists already and was not generated; annotate it with ${ADOPTED_BY} to give it away`);
}
