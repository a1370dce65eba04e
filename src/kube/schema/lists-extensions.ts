import { CONDITIONS, SET, appliedBy, mapBy } from './rules.ts';
import type { FieldRules } from './rules.ts';

/** admissionregistration.k8s.io/v1, apiextensions.k8s.io/v1, apiregistration.k8s.io/v1 */
export const EXTENSIONS_ATOMIC: readonly string[] = [
  'V1MatchResources',
  'V1NamedRuleWithOperations',
  'V1ParamKind',
  'V1ParamRef',
];

const WEBHOOK = { matchConditions: mapBy('name') };

export const EXTENSIONS: FieldRules = {
  V1MutatingAdmissionPolicySpec: { matchConditions: mapBy('name') },
  V1MutatingWebhook: WEBHOOK,
  V1MutatingWebhookConfiguration: { webhooks: mapBy('name') },
  V1ValidatingAdmissionPolicyBindingSpec: { validationActions: SET },
  V1ValidatingAdmissionPolicySpec: { matchConditions: mapBy('name'), variables: mapBy('name') },
  V1ValidatingAdmissionPolicyStatus: { conditions: appliedBy('type') },
  V1ValidatingWebhook: WEBHOOK,
  V1ValidatingWebhookConfiguration: { webhooks: mapBy('name') },

  V1CustomResourceDefinitionStatus: { conditions: appliedBy('type') },
  V1JSONSchemaProps: { 'x-kubernetes-validations': mapBy('rule') },

  V1APIServiceStatus: { conditions: CONDITIONS },
};
