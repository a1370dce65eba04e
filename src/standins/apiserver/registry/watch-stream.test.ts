import { describe, expect, it } from 'vitest';
import { WatchStream, bytesItem } from './watch-stream.ts';

function stream(limit: number): { readonly lines: WatchStream; readonly closed: () => number } {
  let closed = 0;
  return { lines: new WatchStream(limit, () => closed++), closed: () => closed };
}

async function all(lines: WatchStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of lines) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe(WatchStream, () => {
  it('sends in order what was there before and what comes, and what is queued when it ends', async () => {
    const { lines, closed } = stream(1_000);
    lines.prime(bytesItem(Buffer.from('a')));
    lines.push(bytesItem(Buffer.from('b')));
    const sent = all(lines);
    lines.push(bytesItem(Buffer.from('c')));
    lines.end();
    lines.push(bytesItem(Buffer.from('late')));
    expect(await sent).toBe('abc');
    expect(closed()).toBe(1);
  });

  it('writes a line when it is taken, and large bytes without a copy', async () => {
    const { lines } = stream(1_000_000);
    const large = Buffer.alloc(100_000, 'x');
    let written = 0;
    for (let count = 0; count < 3; count++) {
      lines.push({ size: large.length, write: () => (written++, [Buffer.from('<'), large, Buffer.from('>')]) });
    }
    expect(written).toBe(0);
    lines.end();
    const chunks: Buffer[] = [];
    for await (const chunk of lines) chunks.push(chunk);
    expect(chunks.filter((chunk) => chunk.buffer === large.buffer)).toHaveLength(3);
    expect(Buffer.concat(chunks)).toHaveLength(3 * 100_002);
  });

  it('is cut off when more waits than its limit, what was there before not counted', async () => {
    const { lines, closed } = stream(1_000);
    for (let count = 0; count < 100; count++) lines.prime(bytesItem(Buffer.alloc(100)));
    lines.push(bytesItem(Buffer.alloc(1_000)));
    expect(closed()).toBe(0);
    lines.push(bytesItem(Buffer.alloc(1)));
    expect(closed()).toBe(1);
    expect(await all(lines)).toBe('');
  });
});
