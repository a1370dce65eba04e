import { z } from 'zod';
import { YamlError, messageOf, parseYaml } from '../core/index.ts';
import type { NewFinding } from './finding.ts';
import type { Repository } from './repository.ts';

/** At the root of the repository: what this repository allows, with reasons. */
export const SETTINGS_FILE = 'stoa-validate.yaml';

const external = z.strictObject({
  kind: z.string(),
  /** `*` stands for any characters. */
  name: z.string(),
  namespace: z.string().exactOptional(),
  reason: z.string(),
});

const allowed = z.strictObject({
  /** Steps separated by `/`; `*` is any one step, and `\/` a slash within one. Everything below is allowed, too. */
  path: z.string().exactOptional(),
  kind: z.string().exactOptional(),
  name: z.string().exactOptional(),
  environments: z.array(z.string()).exactOptional(),
  reason: z.string(),
});

const schema = z.strictObject({
  external: z.array(external).default([]),
  differences: z.strictObject({ allow: z.array(allowed).default([]) }).default({ allow: [] }),
});

export type Settings = z.infer<typeof schema>;
/** Where environments may differ. */
export type AllowedDifference = z.infer<typeof allowed>;

/** The settings of a repository; with a mistake in them the defaults, and a finding. */
export async function readSettings(
  repository: Repository,
): Promise<{ readonly settings: Settings; readonly findings: readonly NewFinding[] }> {
  const text = await repository.text(SETTINGS_FILE);
  const defaults = schema.parse({});
  if (text === undefined) return { settings: defaults, findings: [] };
  try {
    const parsed = schema.safeParse(parseYaml(text)[0] ?? {});
    if (parsed.success) return { settings: parsed.data, findings: [] };
    return { settings: defaults, findings: parsed.error.issues.map(issueFinding) };
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    return { settings: defaults, findings: [finding(messageOf(error), error.line)] };
  }
}

function issueFinding({ path, message }: { readonly path: readonly PropertyKey[]; readonly message: string }) {
  return finding(`${path.map(String).join('.') || 'the file'}: ${message}`);
}

function finding(message: string, line?: number): NewFinding {
  return {
    rule: 'settings',
    overlays: [],
    place: { file: SETTINGS_FILE, ...(line === undefined ? {} : { line }) },
    message: `Cannot read the settings: ${message}`,
    mend: 'Write external and differences.allow as docs/guide/kustomize.md shows them',
  };
}

/** Whether the settings say that the object is made elsewhere. */
export function isExternal(
  settings: Settings,
  key: { readonly kind: string; readonly name: string; readonly namespace: string },
): boolean {
  return settings.external.some(
    ({ kind, name, namespace }) =>
      kind === key.kind && (namespace === undefined || namespace === key.namespace) && matches(name, key.name),
  );
}

/** @param pattern `*` stands for any characters */
export function matches(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return pattern === text;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const [i, part] of rest.entries()) {
    if (i === rest.length - 1) return text.length - part.length >= at && text.endsWith(part);
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return true;
}
