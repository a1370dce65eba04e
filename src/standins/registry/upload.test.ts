import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from './content-store.ts';
import { Upload } from './upload.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'stoa-upload-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const chunk = (...parts: readonly string[]): ReadableStream<Uint8Array> =>
  ReadableStream.from(parts.map((part) => Buffer.from(part)));

describe(Upload, () => {
  it('does not mix chunks that come at once', async () => {
    const upload = new Upload(join(directory, 'upload'));

    await Promise.all([upload.append(chunk('a', 'b', 'c')), upload.append(chunk('d', 'e', 'f'))]);

    expect(await readFile(upload.file, 'utf8')).toBe('abcdef');
    expect([upload.size, upload.digest]).toEqual([6, digestOf(Buffer.from('abcdef'))]);
  });

  it('goes on after a chunk that was cut off or out of place', async () => {
    const upload = new Upload(join(directory, 'upload'));
    const broken = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(Buffer.from('ab'));
      },
      pull(controller) {
        controller.error(new TypeError('gone'));
      },
    });

    await expect(upload.append(broken)).rejects.toBeInstanceOf(TypeError);
    await expect(upload.append(chunk('x'), 1)).rejects.toMatchObject({ code: 'BLOB_UPLOAD_INVALID' });
    const written = upload.size;
    await upload.append(chunk('cd'), written);

    const content = await readFile(upload.file);
    expect([content.length, digestOf(content)]).toEqual([upload.size, upload.digest]);
  });
});
