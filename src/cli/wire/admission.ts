import { imageWebhook, startAdmissionServer } from '../../server/index.ts';
import { createAuthority, issueCertificate } from '../../standins/apiserver/index.ts';
import { applyAll } from './clusters.ts';
import type { Cluster } from './clusters.ts';
import type { InstanceContext } from './context.ts';
import type { Delivery } from './delivery.ts';

const HOST = '127.0.0.1';

/**
 * Makes the clusters of environments ask before they run an image. The certificate is made anew at each start, and the
 * clusters are told of it.
 */
export async function startAdmission(
  environments: readonly Cluster[],
  { images, ledger }: Pick<Delivery, 'images' | 'ledger'>,
  { clock, logger, signal }: InstanceContext,
): Promise<AsyncDisposable> {
  const authority = await createAuthority('stoa-cd admission', clock.now());
  const own = await issueCertificate(authority, { commonName: 'stoa-cd', hosts: [HOST] }, clock.now());
  const server = await startAdmissionServer({
    ...{ gate: images, ledger, clock, host: HOST },
    ...{ certificate: own.certificate, key: own.key },
    logger: logger.with({ part: 'admission' }),
  });
  try {
    for (const cluster of environments) {
      const webhook = imageWebhook({ environment: cluster.name, url: server.url, authority: authority.certificate });
      await applyAll(cluster.client('stoa-cd'), [webhook], signal);
    }
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
  return server;
}
