import { isJsonObject } from '../../../core/index.ts';
import type { JsonObject, JsonValue } from '../../../core/index.ts';
import { compileLabelSelector } from '../../../kube/index.ts';
import type { KubeObject, Labels } from '../../../kube/index.ts';
import { listAt, textAt, textsAt } from '../tables/values.ts';
import { MatchConditions } from './match-conditions.ts';

export interface WebhookRule {
  readonly operations: readonly string[];
  readonly apiGroups: readonly string[];
  readonly apiVersions: readonly string[];
  /** `pods`, `pods/status`, `pods/*`, `*`, `*` + `/scale`. */
  readonly resources: readonly string[];
  readonly scope: string;
}

/** Where a webhook is reached. */
export interface WebhookTarget {
  readonly url?: string;
  readonly service?: {
    readonly namespace: string;
    readonly name: string;
    readonly path: string;
    readonly port: number;
  };
  /** PEM; the system's own authorities when absent. */
  readonly authority?: string;
}

/** One webhook of a configuration. */
export interface Webhook {
  readonly name: string;
  readonly rules: readonly WebhookRule[];
  readonly target: WebhookTarget;
  /** Refuse when it cannot be asked. */
  readonly strict: boolean;
  /** Only the versions that the rules name. */
  readonly exact: boolean;
  readonly timeoutSeconds: number;
  /** Asked again when a later one has changed the object. */
  readonly again: boolean;
  readonly namespaceMatches: (labels: Labels | undefined) => boolean;
  readonly objectMatches: (labels: Labels | undefined) => boolean;
  readonly conditions: MatchConditions;
}

/** The webhooks of a Mutating- or ValidatingWebhookConfiguration. */
export function webhooksOf(configuration: KubeObject): readonly Webhook[] {
  return listAt(configuration, 'webhooks').map((webhook) => ({
    name: textAt(webhook, ['name']),
    rules: listAt(webhook, 'rules').map(ruleOf),
    target: targetOf(webhook['clientConfig']),
    strict: webhook['failurePolicy'] !== 'Ignore',
    exact: webhook['matchPolicy'] === 'Exact',
    timeoutSeconds: typeof webhook['timeoutSeconds'] === 'number' ? webhook['timeoutSeconds'] : 10,
    again: webhook['reinvocationPolicy'] === 'IfNeeded',
    namespaceMatches: compileLabelSelector(webhook['namespaceSelector'] ?? {}),
    objectMatches: compileLabelSelector(webhook['objectSelector'] ?? {}),
    conditions: new MatchConditions(webhook),
  }));
}

function ruleOf(rule: JsonObject): WebhookRule {
  return {
    operations: textsAt(rule, 'operations'),
    apiGroups: textsAt(rule, 'apiGroups'),
    apiVersions: textsAt(rule, 'apiVersions'),
    resources: textsAt(rule, 'resources'),
    scope: textAt(rule, ['scope'], '*'),
  };
}

function targetOf(client: JsonValue | undefined): WebhookTarget {
  const url = textAt(client, ['url']);
  const bundle = textAt(client, ['caBundle']);
  const service = isJsonObject(client) && isJsonObject(client['service']) ? client['service'] : undefined;
  return {
    ...(url === '' ? {} : { url }),
    ...(service === undefined
      ? {}
      : {
          service: {
            namespace: textAt(service, ['namespace']),
            name: textAt(service, ['name']),
            path: textAt(service, ['path'], '/'),
            port: typeof service['port'] === 'number' ? service['port'] : 443,
          },
        }),
    ...(bundle === '' ? {} : { authority: Buffer.from(bundle, 'base64').toString() }),
  };
}

/** What a rule is held against. */
export interface Asked {
  readonly operation: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespaced: boolean;
}

export function ruleMatches(rule: WebhookRule, asked: Asked): boolean {
  const { operation, group, version, resource, subresource, namespaced } = asked;
  const inScope = rule.scope === '*' || (rule.scope === 'Namespaced') === namespaced;
  return (
    inScope &&
    has(rule.operations, operation) &&
    has(rule.apiGroups, group) &&
    has(rule.apiVersions, version) &&
    rule.resources.some((each) => resourceMatches(each, resource, subresource))
  );
}

function has(list: readonly string[], value: string): boolean {
  return list.includes('*') || list.includes(value);
}

function resourceMatches(pattern: string, resource: string, subresource: string): boolean {
  const [wanted = '', part = ''] = pattern.split('/');
  const fits = wanted === '*' || wanted === resource;
  return fits && (part === '*' || part === subresource);
}
