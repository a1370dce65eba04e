import { createInformer, startController } from '../controller/index.ts';
import type { IndexedInformer } from '../controller/index.ts';
import { DeliveryPass } from './delivery-pass.ts';
import type { PromotionPorts } from './ports.ts';

export interface PromotionOptions extends PromotionPorts {
  readonly signal: AbortSignal;
  /** Between looks, for what nobody told of. @default 10 */
  readonly pollSeconds?: number;
}

export interface PromotionController extends AsyncDisposable {
  /** Something changed on the forge: look now. */
  changed(): void;
}

const KEY = { name: 'delivery' };
const BUSY_MS = 1_000;

/** Starts the gate: from merge request to recorded deployment. Looks at every event, and now and then. */
export async function startPromotion(options: PromotionOptions): Promise<PromotionController> {
  const { hub, clock, logger, signal, pollSeconds = 10 } = options;
  const pass = new DeliveryPass(options);
  const controller = startController({
    name: 'promotion',
    workers: 1,
    clock,
    logger,
    signal,
    backoff: { base: 200, cap: 10_000 },
    reconciler: {
      reconcile: async (_request, stop) => ({ requeueAfter: (await pass.run(stop)) ? BUSY_MS : pollSeconds * 1000 }),
    },
  });
  const informers = WATCHED.map(({ group, kind }) =>
    createInformer({ client: hub, gvk: { group, version: 'v1alpha1', kind }, namespace: 'argocd', clock, logger }),
  );
  for (const informer of informers) informer.onChange(() => controller.enqueue(KEY));
  await Promise.all(informers.map((informer: IndexedInformer) => informer.start(signal)));
  controller.enqueue(KEY);
  return {
    changed: () => controller.enqueue(KEY),
    async [Symbol.asyncDispose]() {
      await controller[Symbol.asyncDispose]();
      await Promise.all(informers.map((informer) => informer[Symbol.asyncDispose]()));
    },
  };
}

const WATCHED = [
  { group: 'argoproj.io', kind: 'Application' },
  { group: 'delivery.stoa.dev', kind: 'Pipeline' },
  { group: 'delivery.stoa.dev', kind: 'Promotion' },
] as const;
