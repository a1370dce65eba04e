import { messageOf } from '../../../core/index.ts';
import type { JsonValue } from '../../../core/index.ts';
import { badRequest } from '../status.ts';

/** JSON and what `JSON.parse` does not tell of it. */
export interface ParsedJson {
  readonly value: JsonValue;
  /** Paths of members that an object has twice; the last one counts. */
  readonly duplicates: readonly string[];
}

const MAX_DEPTH = 500;
const MAX_DUPLICATES = 100;

/**
 * Parses JSON that a client sent.
 * @throws ApiError 400 when it is malformed, nested too deeply, or has a member `__proto__`
 */
export function parseJsonText(text: string): ParsedJson {
  const value = parse(text);
  return { value, duplicates: inspect(text) };
}

function parse(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    throw badRequest(`the body of the request is not JSON: ${messageOf(error).slice(0, 200)}`);
  }
}

interface Frame {
  /** Of an object. */
  readonly members?: Set<string>;
  readonly path: string;
  /** Members or items so far. */
  count: number;
}

const TOKEN = /[{}[\],]|"(?:[^"\\]|\\.)*"(\s*:)?/gy;
const GAP = /[^{}[\],"]*/y;

/** Walks over text that is known to be JSON. */
function inspect(text: string): readonly string[] {
  const duplicates: string[] = [];
  const frames: Frame[] = [];
  let key = '';
  let position = 0;
  while (position < text.length) {
    GAP.lastIndex = position;
    GAP.test(text);
    TOKEN.lastIndex = GAP.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) break;
    position = TOKEN.lastIndex;
    const frame = frames.at(-1);
    const token = match[0];
    if (token === '{' || token === '[') {
      frames.push({ path: childPath(frame, key), count: 0, ...(token === '{' ? { members: new Set<string>() } : {}) });
      if (frames.length > MAX_DEPTH) throw badRequest(`the body of the request is nested over ${MAX_DEPTH} deep`);
    } else if (token === '}' || token === ']') frames.pop();
    else if (token === ',') count(frame);
    else if (match[1] !== undefined) {
      key = JSON.parse(token.slice(0, token.length - match[1].length)) as string;
      note(frame, key, duplicates);
    }
  }
  return duplicates;
}

function count(frame: Frame | undefined): void {
  if (frame !== undefined) frame.count++;
}

function note(frame: Frame | undefined, key: string, duplicates: string[]): void {
  if (key === '__proto__') throw badRequest('the body of the request has a member named __proto__');
  if (frame?.members === undefined) return;
  const path = frame.path === '' ? key : `${frame.path}.${key}`;
  if (frame.members.has(key) && duplicates.length < MAX_DUPLICATES) duplicates.push(path);
  frame.members.add(key);
}

function childPath(frame: Frame | undefined, key: string): string {
  if (frame === undefined) return '';
  if (frame.members === undefined) return `${frame.path}[${frame.count}]`;
  return frame.path === '' ? key : `${frame.path}.${key}`;
}
