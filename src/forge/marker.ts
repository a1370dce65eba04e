import type { Marker } from './port.ts';

const PATTERN = /<!-- stoa-cd:([A-Za-z0-9_-]+) -->/;

/** `description` with the marker in place of an earlier one; invisible where Markdown is shown. */
export function writeMarker(description: string, marker: Marker): string {
  const text = `<!-- stoa-cd:${Buffer.from(JSON.stringify(marker)).toString('base64url')} -->`;
  const rest = description.replace(new RegExp(PATTERN, 'g'), '').trimEnd();
  return `${rest}\n\n${text}`;
}

/** The marker of a description; `undefined` where there is none that can be read. It is a claim: check what it says. */
export function readMarker(description: string): Marker | undefined {
  const encoded = PATTERN.exec(description)?.[1];
  if (encoded === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(encoded, 'base64url').toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Marker) : undefined;
  } catch {
    return undefined; // Somebody edited it: as good as none.
  }
}
