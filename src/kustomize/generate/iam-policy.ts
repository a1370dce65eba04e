import { KustomizeError } from '../errors.ts';
import { Resource } from '../model/resource.ts';

export interface IamPolicyArgs {
  readonly cloud?: string;
  readonly kubernetesService?: { readonly name?: string; readonly namespace?: string };
  readonly serviceAccount?: { readonly name?: string; readonly projectId?: string };
}

/** A service account that acts as one of the cloud. @throws KustomizeError INVALID_GENERATOR */
export function generateServiceAccount({ cloud = '', kubernetesService, serviceAccount }: IamPolicyArgs): Resource {
  if (cloud !== 'gke') {
    throw new KustomizeError('INVALID_GENERATOR', `Cloud provider ${cloud} not supported yet: use gke`);
  }
  const { name = '', namespace = '' } = kubernetesService ?? {};
  const { name: account = '', projectId = '' } = serviceAccount ?? {};
  return new Resource({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: {
      annotations: { 'iam.gke.io/gcp-service-account': `${account}@${projectId}.iam.gserviceaccount.com` },
      name,
      ...(namespace === '' ? {} : { namespace }),
    },
  });
}
