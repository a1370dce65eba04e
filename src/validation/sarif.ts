import { hash } from 'node:crypto';
import type { JsonObject } from '../core/index.ts';
import { RULES } from './finding.ts';
import type { Finding, RuleId } from './finding.ts';

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

/** Findings as SARIF 2.1.0, which forges show beside the lines of a merge request. */
export function toSarif(findings: readonly Finding[], version: string): JsonObject {
  const ids = Object.keys(RULES) as RuleId[];
  const rules = ids.map((id) => ({
    id,
    shortDescription: { text: RULES[id].summary },
    defaultConfiguration: { level: RULES[id].severity },
  }));
  return {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'stoa-cd validate', version, rules } },
        columnKind: 'utf16CodeUnits',
        results: findings.map((finding) => toResult(finding, ids.indexOf(finding.rule))),
      },
    ],
  };
}

function toResult(finding: Finding, ruleIndex: number): JsonObject {
  const { rule, severity, place, message, mend, overlays, object } = finding;
  const subject = object === undefined ? '' : `${object}: `;
  return {
    ruleId: rule,
    ruleIndex,
    level: severity,
    message: { text: `${subject}${message}. ${mend}.` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: place.file.split('/').map(encodeURIComponent).join('/') },
          ...(place.line === undefined ? {} : { region: { startLine: place.line } }),
        },
      },
    ],
    // Without the line, so that a finding stays the same when lines above it change.
    partialFingerprints: { 'finding/v1': hash('sha256', JSON.stringify([rule, object ?? '', place.file, message])) },
    properties: { overlays: [...overlays], mend },
  };
}
