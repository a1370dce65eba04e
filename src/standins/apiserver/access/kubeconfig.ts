import { formatYaml } from '../../../core/index.ts';
import type { KeyPair } from './certificates.ts';

export interface KubeconfigOptions {
  readonly cluster: string;
  readonly server: string;
  /** PEM of the authority. */
  readonly authority: string;
  readonly user: string;
  readonly client: KeyPair;
}

/** A kubeconfig with everything inside. */
export function kubeconfigText(options: KubeconfigOptions): string {
  const { cluster, server, user } = options;
  const context = `${user}@${cluster}`;
  return formatYaml({
    apiVersion: 'v1',
    kind: 'Config',
    preferences: {},
    clusters: [{ name: cluster, cluster: { server, 'certificate-authority-data': base64(options.authority) } }],
    users: [
      {
        name: user,
        user: {
          'client-certificate-data': base64(options.client.certificate),
          'client-key-data': base64(options.client.key),
        },
      },
    ],
    contexts: [{ name: context, context: { cluster, user, namespace: 'default' } }],
    'current-context': context,
  });
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
