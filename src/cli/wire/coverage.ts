import type { DriftGuard } from '../../drift/index.ts';
import { watchCoverage } from '../../evidence/index.ts';
import type { Coverage, Ledger } from '../../evidence/index.ts';
import type { Cluster } from './clusters.ts';
import type { InstanceContext } from './context.ts';
import { runningPodsOf } from './running-pods.ts';

const FINGERPRINT = 'EvidenceCoverage';
const MOST_NAMED = 5;

/** Raises an alert for as long as something runs that the ledger does not account for. */
export function alertOnCoverage(
  clusters: readonly Cluster[],
  { ledger, alerts }: { readonly ledger: Ledger; readonly alerts: DriftGuard['alerts'] },
  { clock, logger, signal }: InstanceContext,
): AsyncDisposable {
  const clients = clusters.map((cluster) => ({ name: cluster.name, client: cluster.client('stoa-cd') }));
  return watchCoverage({
    ...{ ledger, clock, signal, logger: logger.with({ part: 'evidence' }) },
    pods: async (stop) => {
      const pods = await Promise.all(clients.map(async ({ name, client }) => runningPodsOf(name, client, stop)));
      return pods.flat();
    },
    onChange: (coverage) => {
      // What is told changes with what is uncovered, so the alert before is over.
      alerts.resolve(FINGERPRINT);
      if (coverage.gaps.length === 0) return;
      alerts.fire({
        ...{ fingerprint: FINGERPRINT, name: FINGERPRINT, severity: 'critical', labels: {} },
        summary: summaryOf(coverage),
      });
    },
  });
}

function summaryOf({ gaps, percent }: Coverage): string {
  const named = gaps
    .slice(0, MOST_NAMED)
    .map(({ cluster, namespace, pod, reason }) => `${cluster}/${namespace}/${pod} (${reason})`);
  const more = gaps.length > MOST_NAMED ? ` and ${gaps.length - MOST_NAMED} more` : '';
  return `${Math.floor(percent * 10) / 10} % of what runs is in the ledger; not: ${named.join(', ')}${more}`;
}
