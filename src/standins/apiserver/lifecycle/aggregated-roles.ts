import { isJsonObject, jsonEqual } from '../../../core/index.ts';
import type { JsonObject } from '../../../core/index.ts';
import { SelectorError, asJson, compileLabelSelector, getPath } from '../../../kube/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import type { Cluster } from '../cluster.ts';
import type { Entry } from '../store/entry.ts';
import { listAt } from '../tables/values.ts';
import { rewrite } from './internal-write.ts';
import { Work } from './work.ts';

const CLUSTER_ROLES = 'clusterroles.rbac.authorization.k8s.io';
const BY = 'clusterrole-aggregation-controller';

/** Fills the rules of ClusterRoles that are made up of others. */
export class AggregatedRoles implements Disposable {
  readonly #cluster: Cluster;
  readonly #work: Work;
  readonly #listening: Disposable;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.#work = new Work('aggregated-roles', cluster.logger);
    this.#listening = cluster.store.onEvent(({ entry }) => {
      if (entry.collection === CLUSTER_ROLES) this.#work.add(() => this.#reconcile());
    });
    this.#work.add(() => this.#reconcile());
  }

  [Symbol.dispose](): void {
    this.#listening[Symbol.dispose]();
  }

  /** Resolves when the roles that are there so far are filled. */
  get idle(): Promise<void> {
    return this.#work.idle;
  }

  async #reconcile(): Promise<void> {
    const entries = [...this.#cluster.store.collection(CLUSTER_ROLES).entries()];
    for (const entry of entries) {
      const role = entry.object();
      const selectors = listAt(role, 'aggregationRule', 'clusterRoleSelectors');
      if (selectors.length > 0) await this.#fill(entry, role, entries);
    }
  }

  async #fill(entry: Entry, role: KubeObject, all: readonly Entry[]): Promise<void> {
    const rules: JsonObject[] = [];
    for (const other of all) {
      if (other.name === entry.name || !isPart(role, other)) continue;
      for (const rule of listAt(other.object(), 'rules')) {
        if (!rules.some((each) => jsonEqual(each, rule))) rules.push(rule);
      }
    }
    if (jsonEqual(asJson(role)['rules'], rules)) return;
    const live = this.#cluster.store.collection(CLUSTER_ROLES).get('', entry.name);
    if (live === entry) await rewrite(this.#cluster, { location: entry, object: { ...role, rules }, by: BY });
  }
}

function isPart(role: KubeObject, other: Entry): boolean {
  const selectors = getPath(role, 'aggregationRule', 'clusterRoleSelectors');
  if (!Array.isArray(selectors)) return false;
  return selectors.filter(isJsonObject).some((selector) => {
    try {
      return compileLabelSelector(selector)(other.header.labels);
    } catch (error) {
      if (error instanceof SelectorError) return false; // selects nothing
      throw error;
    }
  });
}
