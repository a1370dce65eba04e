import type { Deployment, PipelineStage } from './deployments.ts';
import { describe } from './rendered.ts';
import type { FieldPath } from './field-path.ts';
import type { NewFinding } from './finding.ts';
import type { Locator } from './locate.ts';
import type { Manifest } from './manifests.ts';
import type { Repository } from './repository.ts';

export interface EnvironmentContext {
  readonly repository: Repository;
  readonly deployments: readonly Deployment[];
  readonly stages: readonly PipelineStage[];
  readonly locator: Locator;
}

/** Folders and Applications that are named without being there. */
export async function checkEnvironments(context: EnvironmentContext): Promise<readonly NewFinding[]> {
  const found: NewFinding[] = [];
  for (const { manifest, folder, field } of context.deployments) {
    if (!hasFolder(context.repository, folder)) found.push(await missingFolder(context, { manifest, folder, field }));
  }
  for (const stage of context.stages) {
    const field = [...stage.field, 'path'];
    if (!hasFolder(context.repository, stage.folder)) {
      found.push(await missingFolder(context, { ...stage, field }));
    } else found.push(...(await checkApplication(stage, context)));
  }
  return found;
}

function hasFolder({ folders }: Repository, folder: string): boolean {
  return folder === '.' || folders.has(folder);
}

async function missingFolder(
  context: EnvironmentContext,
  { manifest, folder, field }: Pick<Deployment, 'manifest' | 'folder' | 'field'>,
): Promise<NewFinding> {
  return {
    rule: 'environment-path',
    ...(await aboutManifest(manifest, field, context.locator)),
    message: `The environment is unknown: there is no folder ${folder}`,
    mend: 'Mend the path, or add the overlay',
  };
}

async function checkApplication(
  stage: PipelineStage,
  { repository, deployments, locator }: EnvironmentContext,
): Promise<readonly NewFinding[]> {
  const named = deployments.filter(({ manifest }) => manifest.object.metadata.name === stage.application);
  if (named.some(({ folder }) => folder === stage.folder || !hasFolder(repository, folder))) return [];
  const [other] = named;
  const finding: NewFinding = {
    rule: 'environment-application',
    ...(await aboutManifest(stage.manifest, [...stage.field, 'application'], locator)),
    message:
      other === undefined
        ? `There is no Application ${stage.application} for the environment ${stage.name}`
        : `The Application ${stage.application} deploys ${other.folder}, not ${stage.folder}`,
    mend: 'Let the Pipeline and the Application of an environment name one folder',
  };
  return [finding];
}

async function aboutManifest(
  { object, file }: Manifest,
  path: FieldPath,
  locator: Locator,
): Promise<Pick<NewFinding, 'overlays' | 'object' | 'place'>> {
  const place = await locator.find({ file, object, name: object.metadata.name ?? '', path });
  return { overlays: [], object: describe(object), place };
}
