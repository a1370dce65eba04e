import { KustomizeError } from '../errors.ts';
import type { Loader } from '../files/loader.ts';
import { generateConfigMap, generateSecret } from '../generate/generators.ts';
import { generateServiceAccount } from '../generate/iam-policy.ts';
import type { IamPolicyArgs } from '../generate/iam-policy.ts';
import type { GeneratorArgs } from '../model/kustomization.ts';
import type { Resource } from '../model/resource.ts';
import type { PluginConfig } from './plugin.ts';

/** Makes the objects that a file of `generators` describes. @throws KustomizeError */
export async function runGeneratorPlugin(config: PluginConfig, loader: Loader): Promise<Resource> {
  switch (config.plugin) {
    case 'ConfigMapGenerator':
      return generateConfigMap(withMetadata(config), loader);
    case 'SecretGenerator':
      return generateSecret(withMetadata(config), loader);
    case 'IAMPolicyGenerator':
      return generateServiceAccount(config.fields as IamPolicyArgs);
    default:
      throw new KustomizeError('INVALID_KUSTOMIZATION', `The plugin ${config.plugin} is not a generator`);
  }
}

function withMetadata({ fields, name, namespace }: PluginConfig): GeneratorArgs {
  const args = fields as GeneratorArgs;
  return { ...args, name: given(args.name) ?? name, namespace: given(args.namespace) ?? namespace };
}

function given(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
