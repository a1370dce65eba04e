import type { EvidenceRecord } from '../../lib/contract.ts';
import { sentence } from '../../lib/text.ts';

type Fact = EvidenceRecord['fact'];
type FactValue = Fact[string];

export interface FactLine {
  readonly label: string;
  /** One entry, or several of a list. */
  readonly values: readonly string[];
  /** Shown in a fixed-width face: a hash. */
  readonly code: boolean;
}

const HASH = /^(sha256:)?[0-9a-f]{32,}$/;
const TIME = /^\d{4}-\d{2}-\d{2}T/;

/** What a signed statement says, a line a field, in its own order; empty fields are left out. */
export function factLines(fact: Fact): readonly FactLine[] {
  return Object.entries(fact).flatMap(([name, value]) => {
    const values = (Array.isArray(value) ? value : [value]).map(textOf).filter((text) => text !== '');
    if (values.length === 0) return [];
    return [{ label: sentence(name), values, code: values.every((text) => HASH.test(text)) }];
  });
}

function textOf(value: FactValue): string {
  if (typeof value === 'string') return TIME.test(value) ? timeText(value) : value;
  if (value === null) return '';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return value.map(textOf).join(', ');
  return objectText(value);
}

/** A gate reads as a sentence, an image as a reference; anything else as its fields. */
function objectText(value: Readonly<Record<string, FactValue>>): string {
  const { name, state, reason, repository, tag, digest } = value;
  if (typeof state === 'string' && typeof reason === 'string')
    return `${sentence(textOf(name ?? ''))} ${state}: ${reason}`;
  if (typeof repository === 'string' && typeof digest === 'string')
    return `${repository}:${textOf(tag ?? '')}@${digest}`;
  return Object.entries(value)
    .map(([field, inner]) => `${field} ${textOf(inner)}`)
    .join(', ');
}

function timeText(time: string): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? time : date.toLocaleString();
}
