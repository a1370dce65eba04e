import { isJsonObject } from '../../../core/index.ts';
import { asJson } from '../../../kube/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import type { AdmissionRequest, AdmissionStep, MutationRequest } from '../ports.ts';
import { forbidden } from '../status.ts';
import type { Store } from '../store/store.ts';
import { textAt } from '../tables/values.ts';

const DEFAULT = 'default';

/** Every Pod acts as a ServiceAccount, which must be there. */
export class ServiceAccountAdmission implements AdmissionStep {
  readonly name = 'service-accounts';
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  mutate(request: MutationRequest): KubeObject {
    const { object } = request;
    if (!isNewPod(request)) return object;
    const spec = asJson(object)['spec'];
    if (!isJsonObject(spec) || textAt(spec, ['serviceAccountName']) !== '') return object;
    return { ...object, spec: { ...spec, serviceAccountName: DEFAULT, serviceAccount: DEFAULT } };
  }

  validate(request: AdmissionRequest): void {
    if (!isNewPod(request)) return;
    const { namespace, name, object } = request;
    const account = textAt(object, ['spec', 'serviceAccountName']);
    // the default one of a new namespace may be still on its way
    if (account === DEFAULT || this.#store.collection('serviceaccounts').get(namespace, account) !== undefined) return;
    const why = `error looking up service account ${namespace}/${account}: serviceaccount "${account}" not found`;
    throw forbidden({ group: '', resource: 'pods', name }, why);
  }
}

function isNewPod({ operation, gvk, subresource }: AdmissionRequest): boolean {
  return operation === 'CREATE' && gvk.group === '' && gvk.kind === 'Pod' && subresource === '';
}
