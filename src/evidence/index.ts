/**
 * What happened, provably: signed in-toto statements, chained by hash on a Git branch, and the figures computed from them.
 * @module
 */
export { createSigner, generateSigningKey, trustKeys, verifyEnvelope } from './dsse.ts';
export { EvidenceError } from './errors.ts';
export { DEPLOYMENT, DRIFT, ROLLBACK } from './facts.ts';
export { computeKpis } from './kpi.ts';
export { LEDGER_REF, openLedger, readLedgerFiles, readRecords, verifyRepository } from './ledger.ts';
export { verifyLedger } from './verify.ts';
export type { Envelope, Signer, TrustedKeys } from './dsse.ts';
export type { EvidenceErrorCode } from './errors.ts';
export type { DeploymentFact, DriftFact, RollbackFact } from './facts.ts';
export type { Kpi } from './kpi.ts';
export type { Ledger, LedgerOptions, Recorded } from './ledger.ts';
export type { Fact, LedgerRecord, Subject } from './statement.ts';
export type { LedgerFile, Verdict, VerifyOptions } from './verify.ts';
