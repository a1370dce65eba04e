import { isJsonObject } from '../../../core/index.ts';
import type { JsonObject } from '../../../core/index.ts';
import { asJson, getPath } from '../../../kube/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import type { FieldError } from '../field-error.ts';
import { listAt, textAt } from '../tables/values.ts';
import { SUBDOMAIN } from './formats.ts';
import { REQUIRED, choice, fill, required, wrong } from './rules.ts';
import type { KindTables, TypeRules } from './rules.ts';

export const NETWORKING_TYPES: TypeRules = {
  V1HTTPIngressPath: {
    fields: {
      pathType: { required: 'pathType must be specified', oneOf: ['Exact', 'ImplementationSpecific', 'Prefix'] },
    },
    check: checkPath,
  },
  V1HTTPIngressRuleValue: { fields: { paths: REQUIRED } },
  V1IngressRule: {
    fields: {
      host: {
        format: {
          fits: (host) => SUBDOMAIN.fits(host.replace(/^\*\./, '')),
          detail: SUBDOMAIN.detail,
        },
      },
    },
  },
  V1IngressBackend: { check: checkBackend },
  V1IngressServiceBackend: { fields: { name: REQUIRED, port: { required: 'port name or number is required' } } },
  V1IngressClassSpec: { fields: { controller: REQUIRED } },
  V1IngressClassParametersReference: {
    fields: { kind: REQUIRED, name: REQUIRED, scope: choice('Cluster', 'Namespace') },
  },
  V1NetworkPolicySpec: {
    fields: {
      podSelector: fill({}),
      policyTypes: {
        oneOf: ['Ingress', 'Egress'],
        default: ({ egress }) => (Array.isArray(egress) && egress.length > 0 ? ['Ingress', 'Egress'] : ['Ingress']),
      },
    },
  },
  V1NetworkPolicyPort: { fields: { protocol: choice('TCP', 'UDP', 'SCTP') } },
  V1EndpointSlice: { fields: { addressType: { required: true, oneOf: ['FQDN', 'IPv4', 'IPv6'] } } },
  DiscoveryV1EndpointPort: {
    fields: { protocol: choice('TCP', 'UDP', 'SCTP') },
    default: (port) => (port['name'] ??= ''),
  },
  V1Endpoint: { fields: { addresses: { required: 'must contain at least 1 address' } } },
};

function checkPath(rule: JsonObject, path: string): readonly FieldError[] {
  const text = textAt(rule, ['path']);
  const errors = isJsonObject(rule['backend']) ? [] : [required(`${path}.backend`)];
  if (rule['pathType'] === 'ImplementationSpecific' || rule['pathType'] === undefined) return errors;
  if (text === '') return [...errors, required(`${path}.path`)];
  if (!text.startsWith('/')) return [...errors, wrong(`${path}.path`, text, 'must be an absolute path')];
  return errors;
}

function checkBackend(backend: JsonObject, path: string): readonly FieldError[] {
  const { service, resource } = backend;
  if (service !== undefined && resource !== undefined)
    return [wrong(path, '', 'cannot set both resource and service backends')];
  return service === undefined && resource === undefined
    ? [required(path, 'resource or service backend is required')]
    : [];
}

export const NETWORKING_KINDS: KindTables = {
  'networking.k8s.io/v1/Ingress': { check: checkIngress },
  'discovery.k8s.io/v1/EndpointSlice': { immutable: ['addressType'] },
};

function checkIngress(ingress: KubeObject): readonly FieldError[] {
  const spec = asJson(ingress)['spec'];
  if (listAt(spec, 'rules').length > 0 || getPath(spec, 'defaultBackend') !== undefined) return [];
  return [wrong('spec', [], 'either `defaultBackend` or `rules` must be specified')];
}
