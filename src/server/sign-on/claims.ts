import { z } from 'zod';
import type { User } from '../contract.ts';

const claims = z.object({
  sub: z.string(),
  preferred_username: z.string().optional(),
  name: z.string().optional(),
  groups: z.array(z.string()).catch([]).default([]),
});

/** The person that a verified token speaks of; `undefined` when it names nobody. */
export function userOfClaims(payload: unknown): User | undefined {
  const parsed = claims.safeParse(payload);
  if (!parsed.success) return undefined;
  const { sub, preferred_username: name = sub, name: displayName = name, groups } = parsed.data;
  return { name, displayName, groups };
}
