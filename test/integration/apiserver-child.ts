/**
 * A process that writes into a cluster until it is killed, and says of every write when it was acknowledged:
 * `node apiserver-child.ts DIRECTORY SEED`.
 * @module
 */
import { systemClock } from '../../src/core/index.ts';
import { createApiServer } from '../../src/standins/apiserver/index.ts';

const [, , directory = '', seed = '1'] = process.argv;
const server = await createApiServer({ name: 'killed', clock: systemClock, directory });
const MAPS = 'https://in.process/api/v1/namespaces/default/configmaps';
let state = Number(seed);

/** Numbers that the seed decides (a linear congruential generator). */
function next(below: number): number {
  state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
  return Math.floor((state / 2_147_483_648) * below);
}

/** Each lane has names of its own, and one write under way at a time. */
async function write(lane: number, turn: number): Promise<void> {
  const name = `lane${lane}-${next(5)}`;
  const remove = next(4) === 0;
  const told = { name, turn: remove ? null : turn };
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { turn: String(turn) } };
  process.stdout.write(`${JSON.stringify({ ...told, done: false })}\n`);
  const response = await (remove
    ? server.fetch(`${MAPS}/${name}`, { method: 'DELETE' })
    : server.fetch(`${MAPS}/${name}?fieldManager=child&force=true`, {
        method: 'PATCH',
        body: JSON.stringify(object),
        headers: { 'content-type': 'application/apply-patch+yaml' },
      }));
  await response.arrayBuffer();
  if (response.status > 201 && response.status !== 404) throw new Error(`A write was refused: ${response.status}`);
  process.stdout.write(`${JSON.stringify({ ...told, done: true })}\n`);
}

async function runLane(lane: number): Promise<never> {
  for (let turn = 0; ; turn++) await write(lane, turn);
}

await Promise.all([0, 1, 2, 3].map(runLane));
