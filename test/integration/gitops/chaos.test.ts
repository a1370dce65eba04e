import { describe, expect, it } from 'vitest';
import { ChaosWorld } from './chaos-world.ts';

/** More runs than fit into a test's time: set STOA_CD_CHAOS_RUNS, and STOA_CD_CHAOS_SEED for the first. */
const RUNS = Number(process.env['STOA_CD_CHAOS_RUNS'] ?? 40);
const FIRST = Number(process.env['STOA_CD_CHAOS_SEED'] ?? 1);
const STEPS = 12;

describe('the engine under chaos', () => {
  it(
    'ends where Git is, prunes nothing that Git has, and runs no hook twice',
    { timeout: 60_000 + RUNS * 5_000 },
    async () => {
      const failures: string[] = [];
      const sum = { kills: 0, hooks: 0 };
      for (let seed = FIRST; seed < FIRST + RUNS; seed++) {
        await using world = await ChaosWorld.create(seed);
        await world.rage(STEPS);
        await world.settle();
        const { sync, operationState, conditions } = await world.status();
        const problems = [...world.violations, ...(await world.differences())];
        if (sync?.status !== 'Synced' || sync.revision !== world.head || (conditions ?? []).length > 0) {
          problems.push(
            `${sync?.status ?? '?'} ${operationState?.phase ?? '?'}: ${operationState?.message ?? ''} ${JSON.stringify(conditions ?? [])}`,
          );
        }
        failures.push(...problems.map((problem) => `seed ${seed}: ${problem}`));
        sum.kills += world.kills;
        sum.hooks += world.hookRuns;
      }
      expect(failures).toEqual([]);
      expect(sum.kills).toBeGreaterThan(0);
      expect(sum.hooks).toBeGreaterThan(RUNS);
    },
  );
});
