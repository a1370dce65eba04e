import { isJsonObject, parseYaml } from '../core/index.ts';
import type { Repository } from '../git/index.ts';
import { refuse } from './errors.ts';
import type { PipelineSpec } from './kinds.ts';
import { pipelineSchema } from './schema.ts';

const FOLDER = 'argocd/pipelines';

/**
 * The pipeline of a service as `main` has it, for callers without access to the hub.
 * @throws RefusedError naming the services that have one
 */
export async function readPipeline(
  repository: Repository,
  service: string,
  signal?: AbortSignal,
): Promise<PipelineSpec> {
  const main = await repository.resolve('refs/heads/main', signal);
  const entries = main === undefined ? [] : await repository.tree(main, FOLDER, signal);
  const specs: PipelineSpec[] = [];
  for (const { oid, path } of entries) {
    if (!/\.ya?ml$/.test(path)) continue;
    const documents = parseYaml((await repository.blob(oid, signal)).toString());
    for (const document of documents)
      if (isJsonObject(document) && document['kind'] === 'Pipeline') specs.push(pipelineSchema.parse(document['spec']));
  }
  const found = specs.find((spec) => spec.service === service);
  return (
    found ??
    refuse(
      `Cannot release ${service}: there is no pipeline for it (there is one for ${specs.map((spec) => spec.service).join(', ') || 'none'})`,
    )
  );
}
