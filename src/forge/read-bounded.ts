import { ForgeError } from './errors.ts';

/**
 * The JSON of an answer, `undefined` for an empty one.
 * @throws ForgeError `UNAVAILABLE` when it is cut off or no JSON, `INVALID` when it is over `limit` bytes
 */
export async function readBounded(response: Response, limit: number): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const body: AsyncIterable<Uint8Array> | readonly Uint8Array[] = response.body ?? [];
  try {
    for await (const chunk of body) {
      size += chunk.length;
      if (size > limit) throw new ForgeError('INVALID', `The forge answered with over ${limit} bytes`);
      chunks.push(chunk);
    }
    return size === 0 && response.status === 204 ? undefined : JSON.parse(Buffer.concat(chunks).toString());
  } catch (cause) {
    if (cause instanceof ForgeError) throw cause;
    throw new ForgeError('UNAVAILABLE', 'Cannot read the answer of the forge: it is cut off, or not JSON', { cause });
  }
}
