import type { Mirror } from '../../src/git/index.ts';

export interface CommitOn {
  readonly files: Readonly<Record<string, string>>;
  /** @default none: the branch begins with it */
  readonly parent?: string;
}

/** Pushes a commit as the delivery bot, making the branch where it is missing. @returns its id */
export async function commitOn(mirror: Mirror, ref: string, { files, parent }: CommitOn): Promise<string> {
  const author = { name: 'bot', email: 'bot@example.com' };
  const request = { ref, files: new Map(Object.entries(files)), message: 'Change', author, at: Date.now() };
  if (parent === undefined) return mirror.push(request);
  if ((await mirror.resolve(ref)) === undefined) await mirror.moveRef(ref, { after: parent });
  return mirror.push({ ...request, parent });
}
