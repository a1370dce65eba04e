import { compileLabelSelector } from '../../../kube/index.ts';
import { messageOf } from '../../../core/index.ts';
import type { JsonValue } from '../../../core/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import type { ClustersGenerator, DecisionGenerator, ParameterSet } from '../application-set.ts';
import { normalizeName } from '../names.ts';
import { isList, isMap } from '../template/go-value.ts';
import type { RenderOptions } from '../template/render.ts';
import { GeneratorError } from './generator-error.ts';
import { withValues } from './parameters.ts';
import type { ClusterSource } from './sources.ts';

const LOCAL_SERVER = 'https://kubernetes.default.svc';
const LOCAL_NAME = 'in-cluster';

export interface ClusterContext {
  readonly source: ClusterSource;
  readonly options: RenderOptions;
  readonly signal: AbortSignal;
}

interface Cluster {
  readonly name: string;
  readonly server: string;
  readonly project: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

function readCluster({ metadata, ...rest }: KubeObject): Cluster {
  const data = (rest as { readonly data?: Readonly<Record<string, string>> }).data ?? {};
  const text = (name: string): string => Buffer.from(data[name] ?? '', 'base64').toString();
  return {
    name: text('name'),
    server: text('server'),
    project: text('project'),
    labels: metadata.labels ?? {},
    annotations: metadata.annotations ?? {},
  };
}

function isGiven(selector: ClustersGenerator['selector']): boolean {
  return Object.keys(selector?.matchLabels ?? {}).length > 0 || (selector?.matchExpressions ?? []).length > 0;
}

async function listSecrets(source: ClusterSource, signal: AbortSignal): Promise<readonly KubeObject[]> {
  try {
    const secrets = await source.clusterSecrets(signal);
    return [...secrets].sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
  } catch (error) {
    throw new GeneratorError(`error getting cluster secrets: ${messageOf(error)}`, { cause: error });
  }
}

/** One parameter set for each registered cluster that the selector takes; the hub itself where there is no selector. */
export async function generateFromClusters(
  generator: ClustersGenerator,
  { source, options, signal }: ClusterContext,
): Promise<readonly ParameterSet[]> {
  const { selector } = generator;
  const secrets = await listSecrets(source, signal);
  const matches = compileLabelSelector((selector ?? {}) as unknown as JsonValue);
  const clusters = secrets.filter(({ metadata }) => matches(metadata.labels)).map(readCluster);
  const selects = Object.keys(selector?.matchLabels ?? {}).length > 0 || (selector?.matchExpressions ?? []).length > 0;
  const hub = { name: LOCAL_NAME, server: LOCAL_SERVER, project: '', labels: {}, annotations: {} };
  const registered = secrets.map(readCluster).some(({ server }) => server === LOCAL_SERVER);
  const all = selects || registered ? clusters : [hub, ...clusters];
  const sets = all.map((cluster) => withValues(generator.values, clusterParameters(cluster, options), options));
  return generator.flatList === true ? [{ clusters: sets }] : sets;
}

function clusterParameters(cluster: Cluster, { goTemplate }: RenderOptions): ParameterSet {
  const { name, server, project, labels, annotations } = cluster;
  const base = { name, nameNormalized: normalizeName(name), server, project };
  if (!goTemplate)
    return { ...base, ...prefixed('metadata.labels.', labels), ...prefixed('metadata.annotations.', annotations) };
  const metadata = {
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
  return Object.keys(metadata).length === 0 ? base : { ...base, metadata };
}

function prefixed(prefix: string, texts: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [prefix + name, text]));
}

/** One parameter set for each registered cluster that a resource decided on. */
export async function generateFromDecisions(
  generator: DecisionGenerator,
  { source, options, signal }: ClusterContext,
): Promise<readonly ParameterSet[]> {
  const config = await source.configMap(generator.configMapRef, signal);
  const {
    apiVersion = '',
    kind = '',
    statusListKey = '',
    matchKey = '',
  } = (config as { readonly data?: Readonly<Record<string, string>> }).data ?? {};
  const selects = isGiven(generator.labelSelector);
  const named = (generator.name ?? '') !== '';
  if (kind === '' || apiVersion === '' || selects === named) {
    throw new GeneratorError('there is a problem with the definition of the ClusterDecisionResource generator');
  }
  const matches = compileLabelSelector((generator.labelSelector ?? {}) as unknown as JsonValue);
  const resources = (await source.list({ apiVersion, plural: kind }, signal)).filter(({ metadata }) =>
    named ? metadata.name === generator.name : matches(metadata.labels),
  );
  const clusters = (await listSecrets(source, signal)).map(readCluster);
  return resources
    .flatMap((resource) => decisionsOf(resource, statusListKey))
    .flatMap((decision) => {
      const cluster = clusters.find(({ name }) => name === decision[matchKey]);
      if (cluster === undefined) return [];
      const parameters = { ...decision, name: cluster.name, server: cluster.server };
      return [withValues(generator.values, parameters, options)];
    });
}

function decisionsOf(resource: KubeObject, key: string): readonly Readonly<Record<string, unknown>>[] {
  const { status } = resource as { readonly status?: unknown };
  const found = isMap(status) ? status[key] : undefined;
  return isList(found) ? found.filter(isMap) : [];
}
