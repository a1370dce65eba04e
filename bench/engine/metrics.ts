import type { Metric } from './figures.ts';

const WATCH = "until the benchmark's own watch of the hub shows it";

/** @param at seconds for a number of applications; between them, those of the next larger one in proportion */
function perCount(at: Readonly<Record<number, number>>): (count: number) => number {
  const known = Object.entries(at).map(([count, value]) => [Number(count), value] as const);
  return (count) => {
    const next = known.find(([size]) => size >= count) ?? known.at(-1) ?? [1, 0];
    return next[0] === count || count < (known[0]?.[0] ?? 0) ? next[1] : (next[1] * count) / next[0];
  };
}

/** Every figure, in the order of the report, with the goals that were agreed for two cores. */
export const METRICS: readonly Metric[] = [
  {
    key: 'fluxSeconds',
    figure: 'W8 first sync, 4 objects each',
    unit: 's',
    how: `first Application created to last one synced, ${WATCH}`,
    goal: perCount({ 1000: 10 }),
  },
  {
    key: 'firstSyncSeconds',
    figure: 'first sync, 10 objects each',
    unit: 's',
    how: `first Application created to last one synced, ${WATCH}; above 1000 the cluster held the objects before`,
  },
  { key: 'firstSyncEngineCpu', figure: 'first sync: engine CPU per application', unit: 'ms', how: 'user and system' },
  { key: 'firstSyncServerCpu', figure: 'first sync: server CPU per application', unit: 'ms', how: 'user and system' },
  {
    key: 'nothingCpu',
    figure: 'W5 commit that changes nothing: CPU',
    unit: 'ms',
    how: 'per commit, of 10; the engine and the git commands it runs, idle CPU taken off',
    goal: () => 50,
    exponent: 0.2,
  },
  {
    key: 'nothingWrites',
    figure: 'W5 commit that changes nothing: writes',
    unit: 'writes',
    how: 'API writes per commit until 400 ms after its push',
    goal: () => 0,
  },
  {
    key: 'onePushP50',
    figure: 'W6 git push to the one application synced, p50',
    unit: 'ms',
    how: `30 pushes, from the start of git push, ${WATCH}`,
    goal: () => 350,
    exponent: 0.15,
  },
  { key: 'onePushP99', figure: 'W6 the same, p99', unit: 'ms', how: '30 pushes', goal: () => 1000 },
  {
    key: 'baseSeconds',
    figure: 'W7 change of the base to all applications synced',
    unit: 's',
    how: `one commit, 1 of 10 objects of each, from the start of git push, ${WATCH}`,
    goal: perCount({ 100: 1, 1000: 4, 5000: 20, 10_000: 40 }),
    exponent: 1.1,
  },
  { key: 'basePerSecond', figure: 'W7 rate', unit: 'applications/s', how: 'the same', atLeast: true, goal: () => 250 },
  { key: 'baseEngineCpu', figure: 'W7 engine CPU per application', unit: 'ms', how: 'user and system' },
  { key: 'baseServerCpu', figure: 'W7 server CPU per application', unit: 'ms', how: 'user and system' },
  { key: 'baseWrites', figure: 'W7 writes per application', unit: 'writes', how: 'events apart' },
  {
    key: 'detectedP50',
    figure: 'W9 drift shown in the status, p50',
    unit: 'ms',
    how: `30 edits of applications that do not heal, ${WATCH}`,
    goal: () => 10,
  },
  { key: 'detectedP99', figure: 'W9 drift shown, p99', unit: 'ms', how: 'the same', goal: () => 50 },
  {
    key: 'correctedP50',
    figure: 'W9 drift corrected, p50',
    unit: 'ms',
    how: '60 edits one after the other, until a watch of the cluster shows it',
    goal: () => 40,
    exponent: 0.15,
  },
  { key: 'correctedP99', figure: 'W9 drift corrected, p99', unit: 'ms', how: 'the same', goal: () => 250 },
  {
    key: 'correctedFastP50',
    figure: 'W9 drift corrected at 50 edits/s, p50',
    unit: 'ms',
    how: '60 edits, 20 ms apart',
    goal: () => 40,
  },
  { key: 'correctedFastP99', figure: 'W9 the same, p99', unit: 'ms', how: '60 edits', goal: () => 250 },
  {
    key: 'memoryMiB',
    figure: 'W11 memory of the engine above that of none',
    unit: 'MiB',
    how: 'PSS after collection, 10 objects each, minus that with no Application',
    exponent: 1.05,
  },
  {
    key: 'perGiB',
    figure: 'W11 applications per GiB',
    unit: 'applications',
    how: 'from the figure above',
    atLeast: true,
    goal: () => 10_000,
  },
  {
    key: 'restartedMiB',
    figure: 'W11 memory of the engine after a restart, above that of none',
    unit: 'MiB',
    how: 'the same of a new process that has synced nothing',
  },
  {
    key: 'restartPeakMiB',
    figure: 'W11 most memory while starting again',
    unit: 'MiB',
    how: 'largest resident set of the new process',
  },
  {
    key: 'churnRate',
    figure: 'W10 status changes of no interest',
    unit: 'changes/s',
    how: '10 s, as fast as the simulated API takes them',
  },
  { key: 'churnReconciles', figure: 'W10 reconciliations', unit: '', how: 'of these changes', goal: () => 0 },
  { key: 'churnPercent', figure: 'W10 engine CPU', unit: '% of a core', how: 'at that rate' },
  {
    key: 'churnPercentOf2000',
    figure: 'W10 engine CPU at 2000/s',
    unit: '% of a core',
    how: 'in proportion to the rate measured',
    goal: () => 15,
  },
  {
    key: 'idlePercent',
    figure: 'W12 idle',
    unit: '% of a core',
    how: '15 s',
    goal: perCount({ 1000: 0.2, 10_000: 0.5 }),
  },
  {
    key: 'restartSeconds',
    figure: 'W13 restart until every application is known',
    unit: 's',
    how: 'process start to no Application waiting; the mirror was there',
    goal: perCount({ 10_000: 25 }),
  },
  { key: 'restartCpu', figure: 'W13 CPU of that', unit: 's', how: 'engine, user and system' },
  { key: 'restartWrites', figure: 'W13 writes', unit: 'writes', how: 'from the start on', goal: () => 0 },
  {
    key: 'generateSeconds',
    figure: 'W14 one ApplicationSet to all Applications there',
    unit: 's',
    how: `ApplicationSet created, ${WATCH}`,
    goal: perCount({ 10_000: 2 }),
  },
  {
    key: 'generateChangeMs',
    figure: 'W14 one parameter changed to the Application changed',
    unit: 'ms',
    how: `from the request on, ${WATCH}`,
    goal: () => 50,
  },
  { key: 'generateChangeWrites', figure: 'W14 writes of that', unit: 'writes', how: 'until nothing is left to do' },
];
