/** Branch that holds the ledger. */
export const LEDGER_REF = 'refs/heads/evidence';

/** No folder of the ledger holds more entries than that: a commit writes five small trees, however long the ledger is. */
const FOLDER_SIZE_DIGITS = 2;
const SEQUENCE_DIGITS = 8;
const RECORD = /^records\/(?:\d{2}\/){3}(\d{8})\.json$/;
const KEY = /^keys\/([0-9a-f]{64})\.pem$/;

/** `records/00/00/01/00000123.json`: a hundred records a folder, a hundred folders a folder. */
export function recordPath(sequence: number): string {
  const name = String(sequence).padStart(SEQUENCE_DIGITS, '0');
  const folders = [0, 1, 2].map((level) => name.slice(level * FOLDER_SIZE_DIGITS, (level + 1) * FOLDER_SIZE_DIGITS));
  return `records/${folders.join('/')}/${name}.json`;
}

/** The sequence of the record that belongs at `path`; `undefined` where none does. */
export function sequenceAt(path: string): number | undefined {
  const sequence = Number(RECORD.exec(path)?.[1] ?? 0);
  return sequence > 0 && recordPath(sequence) === path ? sequence : undefined;
}

export function keyPath(keyId: string): string {
  return `keys/${keyId}.pem`;
}

/** The id of the key that belongs at `path`. */
export function keyIdAt(path: string): string | undefined {
  return KEY.exec(path)?.[1];
}
