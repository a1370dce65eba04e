import { z } from 'zod';
import { UsageError, messageOf, parseYaml } from '../../../core/index.ts';

const DAY_MS = 86_400_000;

const behaviour = z.strictObject({
  kind: z.enum(['ready', 'crash-loop', 'never-ready', 'slow', 'job-fails', 'job-hangs']),
  readyAfterMs: z.number().int().min(0).max(DAY_MS).optional(),
  jobSeconds: z.number().min(0).max(86_400).optional(),
  logs: z.array(z.string().max(16_384)).max(1_000).optional(),
});

const rule = z.strictObject({
  image: z.string().min(1).max(512).optional(),
  tag: z.string().min(1).max(128).optional(),
  env: z.strictObject({ name: z.string().min(1), value: z.string() }).optional(),
  behaviour,
});

const scenario = z.strictObject({
  rules: z
    .array(rule.refine((given) => given.image ?? given.tag ?? given.env, 'must name an image, a tag or an env'))
    .max(1_000),
});

/** How a container behaves once it is started. */
export interface Behaviour {
  readonly kind: 'ready' | 'crash-loop' | 'never-ready' | 'slow' | 'job-fails' | 'job-hangs';
  /** From the start of the container until it is ready. @default 700, of `slow` 30_000 */
  readonly readyAfterMs?: number | undefined;
  /** How long a container that is meant to end runs. @default 1 */
  readonly jobSeconds?: number | undefined;
  /** What the container prints when it starts. */
  readonly logs?: readonly string[] | undefined;
}

export interface ScenarioRule {
  /** Glob (`*` any text, `?` one character) over the whole reference, or its tag alone. */
  readonly image?: string | undefined;
  /** Glob over the tag and nothing else. */
  readonly tag?: string | undefined;
  /** A variable of the container set to a value (glob). */
  readonly env?: { readonly name: string; readonly value: string } | undefined;
  readonly behaviour: Behaviour;
}

/** What containers do: the first rule that matches decides; without one a container becomes ready. */
export interface Scenario {
  readonly rules: readonly ScenarioRule[];
}

/** Everything becomes ready after about a second, except images whose tag contains `broken`: they crash. */
export const defaultScenario: Scenario = {
  rules: [{ tag: '*broken*', behaviour: { kind: 'crash-loop' } }],
};

/**
 * Reads a scenario: `rules`, a list of `{image?, tag?, env?, behaviour}`.
 * @throws UsageError that names the field
 */
export function parseScenario(yamlText: string): Scenario {
  const documents = readYaml(yamlText);
  if (documents.length !== 1) {
    throw new UsageError(`Cannot read the scenario: expected one YAML document, found ${documents.length}`);
  }
  const parsed = scenario.safeParse(documents[0]);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path.join('.') ?? '';
  throw new UsageError(`Cannot read the scenario: ${path === '' ? '' : `${path}: `}${issue?.message ?? 'invalid'}`);
}

function readYaml(text: string): readonly unknown[] {
  try {
    return parseYaml(text);
  } catch (error) {
    throw new UsageError(`Cannot read the scenario: ${messageOf(error)}`, { cause: error });
  }
}
