import { z } from 'zod';

/** Type of the payload of an envelope that holds an in-toto statement. */
export const IN_TOTO = 'application/vnd.in-toto+json';

const statement = z.object({
  _type: z.enum(['https://in-toto.io/Statement/v0.1', 'https://in-toto.io/Statement/v1']),
  subject: z
    .array(z.object({ name: z.string().exactOptional(), digest: z.record(z.string(), z.string()) }))
    .min(1)
    .max(1000),
  predicateType: z.string().min(1).max(1000),
  predicate: z.unknown(),
});

/** An in-toto statement: something said of the subjects. */
export type Statement = Readonly<z.infer<typeof statement>>;

/** @throws Error when the payload is no statement */
export function parseStatement(payload: Uint8Array): Statement {
  return statement.parse(JSON.parse(Buffer.from(payload).toString('utf8')));
}

/** Whether the statement speaks of this very digest (`sha256:…`). */
export function speaksOf({ subject }: Statement, digest: string): boolean {
  const hex = digest.slice('sha256:'.length);
  return subject.some(({ digest: digests }) => digests['sha256']?.toLowerCase() === hex);
}
