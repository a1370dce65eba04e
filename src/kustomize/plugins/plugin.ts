import { KustomizeError, inFile } from '../errors.ts';
import { conform } from '../kustomization/shape.ts';
import { PLUGINS } from '../kustomization/shapes.ts';
import { configuredBy } from '../model/origin.ts';
import type { Origin } from '../model/origin.ts';
import type { Resource } from '../model/resource.ts';
import { textOf } from '../yaml/value.ts';

export type PluginName = keyof typeof PLUGINS;

/** A plugin as an object of a file configures it. */
export interface PluginConfig {
  readonly plugin: PluginName;
  /** The file. */
  readonly file: string;
  readonly origin: Origin | undefined;
  readonly name: string;
  readonly namespace: string;
  /** The fields that the plugin has; nothing else. */
  readonly fields: unknown;
}

/**
 * @throws KustomizeError REFUSED for programs, containers and Helm; INVALID_KUSTOMIZATION for unknown plugins and for
 * fields of the wrong type
 */
export function readPluginConfig(resource: Resource, fallbackFile: string): PluginConfig {
  const file = resource.file ?? fallbackFile;
  const { kind, name, namespace } = resource;
  return inFile(file, () => {
    const plugin = builtinPlugin(resource);
    const apiVersion = textOf(resource.node['apiVersion']);
    const where = resource.origin?.path === undefined ? undefined : { path: resource.origin.path };
    return {
      plugin,
      file,
      origin: configuredBy(where, { apiVersion, kind, name, namespace }),
      name,
      namespace,
      fields: conform(resource.node, PLUGINS[plugin]),
    };
  });
}

function builtinPlugin({ gvk, kind }: Resource): PluginName {
  if (gvk.group !== '' || gvk.version !== 'builtin') {
    throw new KustomizeError(
      'REFUSED',
      `External plugins are disabled: ${kind} is run as a program or container; only those of apiVersion builtin are built in`,
    );
  }
  if (kind === 'HelmChartInflationGenerator') {
    throw new KustomizeError('REFUSED', 'Helm charts are not inflated: render the chart and commit the result');
  }
  if (Object.hasOwn(PLUGINS, kind)) return kind as PluginName;
  throw new KustomizeError(
    'INVALID_KUSTOMIZATION',
    `Unable to load builtin ${kind}: the built-in plugins are ${Object.keys(PLUGINS).join(', ')}`,
  );
}
