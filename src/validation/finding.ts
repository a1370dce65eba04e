/** Everything that is checked, by the id that findings, SARIF and settings name it with. */
export type RuleId =
  | 'render'
  | 'settings'
  | 'schema-kind'
  | 'schema-field'
  | 'schema-type'
  | 'schema-required'
  | 'reference'
  | 'reference-key'
  | 'selector'
  | 'image-digest'
  | 'environment-path'
  | 'environment-application'
  | 'duplicate'
  | 'difference';

export type Severity = 'error' | 'warning';

interface Rule {
  readonly severity: Severity;
  /** What is checked, as a sentence without a full stop. */
  readonly summary: string;
}

export const RULES: Readonly<Record<RuleId, Rule>> = {
  render: { severity: 'error', summary: 'Every overlay renders' },
  settings: { severity: 'error', summary: 'stoa-validate.yaml is well formed' },
  'schema-kind': { severity: 'error', summary: 'Built-in API groups are asked only for kinds that they serve' },
  'schema-field': { severity: 'error', summary: 'Objects have only fields that their kind knows' },
  'schema-type': { severity: 'error', summary: 'Fields hold values of their type' },
  'schema-required': { severity: 'error', summary: 'Required fields are set' },
  reference: { severity: 'error', summary: 'Objects that are named exist' },
  'reference-key': { severity: 'error', summary: 'Keys of ConfigMaps that are named exist' },
  selector: { severity: 'error', summary: 'Selectors match something' },
  'image-digest': { severity: 'error', summary: 'Protected environments run images by digest' },
  'environment-path': { severity: 'error', summary: 'Applications and Pipelines name folders that exist' },
  'environment-application': { severity: 'error', summary: 'Pipelines name Applications of the same folder' },
  duplicate: { severity: 'error', summary: 'No object is deployed twice to one place' },
  difference: { severity: 'error', summary: 'Environments differ only where they may' },
};

/** Where a finding is, in the files that people edit. */
export interface Place {
  /** Below the root of the repository. */
  readonly file: string;
  /** Counts from 1; absent where only the file is known. */
  readonly line?: number;
}

/** Something that a rule does not allow. */
export interface Finding {
  readonly rule: RuleId;
  readonly severity: Severity;
  /** Folders of the overlays that it is found in; empty for findings about the repository itself. */
  readonly overlays: readonly string[];
  /** For instance `Deployment stoa/web`. */
  readonly object?: string;
  readonly place: Place;
  readonly message: string;
  /** What to do about it. */
  readonly mend: string;
}

/** A finding as a rule makes it; severity comes from the rule. */
export type NewFinding = Omit<Finding, 'severity'>;

/** One finding for what several overlays share, in the order of files and lines. */
export function mergeFindings(found: readonly NewFinding[]): readonly Finding[] {
  const merged = new Map<string, Finding>();
  for (const finding of found) {
    const { rule, object, place, message } = finding;
    const key = JSON.stringify([rule, object, place.file, place.line, message]);
    const known = merged.get(key);
    const overlays = [...new Set([...(known?.overlays ?? []), ...finding.overlays])].sort();
    merged.set(key, { ...finding, severity: RULES[rule].severity, overlays });
  }
  return [...merged.values()].sort(byPlace);
}

function byPlace(a: Finding, b: Finding): number {
  if (a.place.file !== b.place.file) return a.place.file < b.place.file ? -1 : 1;
  return (a.place.line ?? 0) - (b.place.line ?? 0);
}
