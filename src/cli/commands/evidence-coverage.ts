import { computeCoverage, readRecords } from '../../evidence/index.ts';
import type { Coverage } from '../../evidence/index.ts';
import type { Command } from '../command.ts';
import { formatTable, render } from '../terminal/terminal.ts';
import { instanceOf } from './acting.ts';
import { runningPods } from './evidence-pods.ts';
import { REPOSITORY, withLedger } from './ledger.ts';
import { DATA } from './options.ts';

export const evidenceCoverage: Command = {
  name: 'evidence coverage',
  summary: 'compare what runs in the clusters with the ledger',
  description:
    'Starts from the digests of running pods, in every cluster of the instance and every namespace but kube-system, ' +
    'kube-public and kube-node-lease. A pod counts when each of its containers is of the current deployment of its ' +
    'cluster. Exits 0 only for 100 %; otherwise lists the containers without a record.',
  options: [
    {
      name: 'exempt',
      value: 'REPOSITORIES',
      description: 'image repositories that no pipeline builds, separated by commas',
    },
    REPOSITORY,
    DATA,
  ],
  examples: ['stoa-cd evidence coverage', 'stoa-cd evidence coverage --exempt docker.io/library/postgres'],
  async run(input, context) {
    const pods = await runningPods(await instanceOf(input, context), context.signal);
    // After the pods: a deployment that ends meanwhile has its record by then.
    const records = await withLedger(input, context, (mirror) => readRecords(mirror));
    const exempt = (input.options['exempt'] ?? '').split(',').filter((repository) => repository !== '');
    const coverage = computeCoverage(pods, records, { exempt });
    const value = { ...coverage, gaps: coverage.gaps.map((gap) => ({ ...gap })) };
    context.terminal.out(render(value, context.output, () => coverageTable(coverage)));
    return coverage.gaps.length === 0 ? 0 : 1;
  },
};

function coverageTable({ pods, covered, percent, exempt, gaps }: Coverage): string {
  const exempted = exempt === 0 ? '' : `, ${exempt} containers exempt`;
  // Rounded down: 100 % is said of 100 % alone.
  const line = `${Math.floor(percent * 10) / 10} % of what runs is in the ledger: ${covered} of ${pods} pods${exempted}.`;
  if (gaps.length === 0) return line;
  const rows = gaps.map(({ cluster, namespace, pod, container, image, digest = '', reason }) => [
    ...[`${cluster}/${namespace}/${pod}`, container, reason, digest === '' ? image : digest],
  ]);
  return [line, '', formatTable([['POD', 'CONTAINER', 'REASON', 'IMAGE'], ...rows])].join('\n');
}
