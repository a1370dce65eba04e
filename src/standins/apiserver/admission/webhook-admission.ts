import { jsonEqual, messageOf } from '../../../core/index.ts';
import type { Ids, JsonObject } from '../../../core/index.ts';
import { ApiError, asJson, isApiError } from '../../../kube/index.ts';
import type { KubeObject, Labels } from '../../../kube/index.ts';
import type { AdmissionRequest, AdmissionStep, MutationRequest } from '../ports.ts';
import type { Catalog } from '../resources/catalog.ts';
import { forbidden } from '../status.ts';
import type { Entry } from '../store/entry.ts';
import type { Store } from '../store/store.ts';
import { textAt } from '../tables/values.ts';
import type { WebhookCall, WebhookClient } from './webhook-client.ts';
import { ruleMatches, webhooksOf } from './webhook-configuration.ts';
import type { Asked, Webhook, WebhookTarget } from './webhook-configuration.ts';
import { patched, reviewOf, verdictOf } from './webhook-review.ts';
import type { Verdict } from './webhook-review.ts';

const GROUP = 'admissionregistration.k8s.io';
const MUTATING = `mutatingwebhookconfigurations.${GROUP}`;
const VALIDATING = `validatingwebhookconfigurations.${GROUP}`;
/** Says on a Service where it is reached: there is no network of Pods. */
const ENDPOINT = 'stoa.dev/local-endpoint';

export interface WebhookAdmissionParts {
  readonly store: Store;
  readonly catalog: Catalog;
  readonly ids: Ids;
  readonly client: WebhookClient;
}

interface Match {
  readonly webhook: Webhook;
  /** As the webhook's rules name it. */
  readonly asked: Asked;
}

/** Asks the webhooks that the cluster's configurations name: mutating ones in turn, validating ones together. */
export class WebhookAdmission implements AdmissionStep {
  readonly name = 'webhooks';
  readonly #parts: WebhookAdmissionParts;
  readonly #parsed = new WeakMap<Entry, readonly Webhook[]>();

  constructor(parts: WebhookAdmissionParts) {
    this.#parts = parts;
  }

  async mutate(request: MutationRequest): Promise<KubeObject> {
    const { object } = request;
    const matches = this.#matches(MUTATING, request);
    if (matches.length === 0) return object;
    const first = await this.#inTurn(matches, request);
    const late = matches.filter(({ webhook }, index) => webhook.again && first.lastChange > index);
    return late.length === 0 ? first.object : (await this.#inTurn(late, { ...request, object: first.object })).object;
  }

  async validate(request: AdmissionRequest): Promise<void> {
    // a deletion has nothing to mutate, but those who asked for it hear of it
    const mutating = request.operation === 'DELETE' ? this.#matches(MUTATING, request) : [];
    const matches = [...mutating, ...this.#matches(VALIDATING, request)];
    await Promise.all(matches.map((match) => this.#ask(match, request)));
  }

  async #inTurn(
    matches: readonly Match[],
    request: MutationRequest,
  ): Promise<{ readonly object: KubeObject; readonly lastChange: number }> {
    let current = request.object;
    let lastChange = -1;
    for (const [index, match] of matches.entries()) {
      const next = await this.#change(match, { ...request, object: current });
      if (!jsonEqual(asJson(next), asJson(current))) lastChange = index;
      current = next;
    }
    return { object: current, lastChange };
  }

  async #change(match: Match, request: MutationRequest): Promise<KubeObject> {
    const verdict = await this.#ask(match, request);
    if (verdict?.patch === undefined) return request.object;
    try {
      const next = patched(request.object, verdict.patch);
      return { ...next, apiVersion: request.object.apiVersion };
    } catch (error) {
      this.#failed(match.webhook, error);
      return request.object;
    }
  }

  /** `undefined` when the webhook is not concerned, or cannot be asked and does not insist. @throws ApiError */
  async #ask({ webhook, asked }: Match, request: AdmissionRequest): Promise<Verdict | undefined> {
    const uid = this.#parts.ids.uuid();
    const review = reviewOf(request, asked, uid);
    if (!this.#isConcerned(webhook, review, request)) return undefined;
    try {
      const body = JSON.stringify(review);
      const answer = await this.#parts.client({
        ...this.#place(webhook.target),
        body,
        timeoutMs: webhook.timeoutSeconds * 1_000,
      });
      const verdict = verdictOf(answer, { uid, webhook: webhook.name });
      for (const warning of verdict.warnings) request.warn(warning);
      return verdict;
    } catch (error) {
      if (isApiError(error)) throw error;
      this.#failed(webhook, error);
      return undefined;
    }
  }

  /** Where a condition cannot be evaluated, a webhook that does not insist is left out. @throws ApiError 403 */
  #isConcerned(webhook: Webhook, review: JsonObject, { gvk, resource, name }: AdmissionRequest): boolean {
    try {
      return webhook.conditions.hold(review['request']);
    } catch (error) {
      if (!webhook.strict) return false;
      throw forbidden({ group: gvk.group, resource, name }, messageOf(error));
    }
  }

  /** Goes on without the webhook where it does not insist. @throws ApiError */
  #failed(webhook: Webhook, error: unknown): void {
    if (!webhook.strict) return;
    const message = `Internal error occurred: failed calling webhook "${webhook.name}": ${messageOf(error)}`;
    throw new ApiError({ httpCode: 500, reason: 'InternalError', message }, error);
  }

  #place({ url, service, authority }: WebhookTarget): Pick<WebhookCall, 'url' | 'serverName' | 'authority'> {
    const trust = authority === undefined ? {} : { authority };
    if (service === undefined) return { url: new URL(url ?? ''), ...trust };
    const { namespace, name, path } = service;
    const entry = this.#parts.store.collection('services').get(namespace, name);
    if (entry === undefined) throw new Error(`service "${name}" not found`);
    const endpoint = textAt(entry.object(), ['metadata', 'annotations', ENDPOINT]);
    if (!endpoint.startsWith('https://'))
      throw new Error(`service "${name}" has no annotation ${ENDPOINT} with an https URL`);
    return { url: new URL(path, endpoint), serverName: `${name}.${namespace}.svc`, ...trust };
  }

  #matches(collection: string, request: AdmissionRequest): readonly Match[] {
    const { store } = this.#parts;
    const configurations = store.collection(collection);
    if (configurations.size === 0 || request.gvk.group === GROUP) return [];
    return [...configurations.entries()]
      .flatMap((entry) => this.#webhooks(entry))
      .flatMap((webhook) => this.#match(webhook, request));
  }

  #webhooks(entry: Entry): readonly Webhook[] {
    let webhooks = this.#parsed.get(entry);
    if (webhooks === undefined) this.#parsed.set(entry, (webhooks = webhooksOf(entry.object())));
    return webhooks;
  }

  #match(webhook: Webhook, request: AdmissionRequest): readonly Match[] {
    const asked = this.#versions(webhook, request).find((each) =>
      webhook.rules.some((rule) => ruleMatches(rule, each)),
    );
    if (asked === undefined || !this.#namespaceMatches(webhook, request)) return [];
    const labels = [request.object, request.oldObject]
      .filter((each) => each !== undefined)
      .map(({ metadata }) => metadata.labels);
    return labels.some((each) => webhook.objectMatches(each)) ? [{ webhook, asked }] : [];
  }

  /** The version of the request, then the others of the same objects. */
  #versions(webhook: Webhook, request: AdmissionRequest): readonly Asked[] {
    const { catalog } = this.#parts;
    const { gvk, resource, subresource, operation } = request;
    const type = catalog.find(gvk.group, gvk.version, resource);
    const own = {
      operation,
      group: gvk.group,
      version: gvk.version,
      resource,
      subresource,
      namespaced: type?.namespaced === true,
    };
    if (webhook.exact || type === undefined) return [own];
    const others = catalog.types.filter(
      (each) => each !== type && each.collection === type.collection && each.view === type.view,
    );
    return [own, ...others.map(({ group, version }) => ({ ...own, group, version }))];
  }

  #namespaceMatches(webhook: Webhook, { gvk, namespace, name, object, oldObject }: AdmissionRequest): boolean {
    if (gvk.group === '' && gvk.kind === 'Namespace')
      return webhook.namespaceMatches((object ?? oldObject)?.metadata.labels ?? this.#labelsOf(name));
    return namespace === '' || webhook.namespaceMatches(this.#labelsOf(namespace));
  }

  #labelsOf(namespace: string): Labels | undefined {
    return this.#parts.store.collection('namespaces').get('', namespace)?.header.labels;
  }
}
