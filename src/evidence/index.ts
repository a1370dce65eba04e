/**
 * What happened, provably: signed in-toto statements, chained by hash on a Git branch, and the figures computed from them.
 * @module
 */
export { createSigner, generateSigningKey, trustKeys, verifyEnvelope } from './dsse.ts';
export { EvidenceError } from './errors.ts';
export {
  ADOPTION,
  APPROVAL,
  ARTEFACT,
  BREAK_GLASS,
  DEPLOYMENT,
  DEPLOY_REQUEST,
  DRIFT,
  FREEZE,
  GATE,
  KPI_PERIOD,
  MERGE,
  MERGE_REQUEST,
  QUARANTINE,
  REFUSAL,
  ROLLBACK,
} from './facts.ts';
export {
  adoptionFact,
  approvalFact,
  artefactFact,
  breakGlassFact,
  deployRequestFact,
  freezeFact,
  gateFact,
  kpiPeriodFact,
  mergeFact,
  mergeRequestFact,
  quarantineFact,
  refusalFact,
} from './fact-of.ts';
export { computeCoverage } from './coverage.ts';
export { watchCoverage } from './coverage-watch.ts';
export { computeKpis, splitLeadTime } from './kpi.ts';
export { runningPod } from './running-pod.ts';
export { adoptions } from './deployed.ts';
export { trace } from './trace.ts';
export { LEDGER_REF } from './layout.ts';
export { anchorLedger } from './anchor.ts';
export { openLedger, sealRecord } from './ledger.ts';
export { exportPack } from './export/pack.ts';
export { readRecords, readSealedLedger } from './read-ledger.ts';
export { GENESIS } from './statement.ts';
export { verifyLedger } from './verify.ts';
export { verifyRepository } from './verify-repository.ts';
export type { Envelope, Signer, TrustedKeys } from './dsse.ts';
export type { EvidenceErrorCode } from './errors.ts';
export type { StandingAdoption } from './deployed.ts';
export type { AnchoredLedger, AnchorOptions } from './anchor.ts';
export type { CoverageWatchOptions } from './coverage-watch.ts';
export type { FactOf } from './fact-of.ts';
export type {
  AdoptionFact,
  ApprovalFact,
  ArtefactFact,
  BreakGlassFact,
  DeployRequestFact,
  DeploymentFact,
  DriftFact,
  FreezeFact,
  GateFact,
  KpiPeriodFact,
  MergeFact,
  MergeRequestFact,
  QuarantineFact,
  RefusalFact,
  RollbackFact,
} from './facts.ts';
export type { Coverage, CoverageGap, CoverageOptions, Uncovered } from './coverage.ts';
export type { Standing } from './deployed.ts';
export type { PackInput } from './export/pack.ts';
export type { Kpi } from './kpi.ts';
export type { SealedText } from './read-ledger.ts';
export type { RunningContainer, RunningPod } from './running-pod.ts';
export type { DeploymentTrace, TraceOf, TraceStep } from './trace.ts';
export type { Ledger, LedgerOptions, Recorded, SealedRecord } from './ledger.ts';
export type { Fact, LedgerRecord, Place, Subject } from './statement.ts';
export type { Fault, Intact, LedgerFile, Verdict, VerifyOptions } from './verify.ts';
export type { VerifyRepositoryOptions } from './verify-repository.ts';
