const BLOCK = 512;
/** Bytes that a header has for the two parts of a path. */
const NAME = 100;
const PREFIX = 155;

export interface TarFile {
  readonly path: string;
  readonly content: Uint8Array | string;
  /** @default 0o644 */
  readonly mode?: number;
}

/** A POSIX ustar archive with fixed owners and times: the same files give the same bytes. Paths of about 250 bytes. */
export function createTar(files: readonly TarFile[]): Uint8Array {
  const parts: Buffer[] = [];
  for (const { path, content, mode = 0o644 } of files) {
    const body = Buffer.from(content);
    parts.push(header(path, body.length, mode), body, Buffer.alloc((BLOCK - (body.length % BLOCK)) % BLOCK));
  }
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

function header(path: string, size: number, mode: number): Buffer {
  const { name, prefix } = splitPath(path);
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`;
  block.write(name, 0);
  block.write(octal(mode, 8), 100);
  block.write(octal(0, 8), 108);
  block.write(octal(0, 8), 116);
  block.write(octal(size, 12), 124);
  block.write(octal(0, 12), 136);
  block.write('        ', 148);
  block.write('0', 156);
  block.write('ustar\x0000', 257);
  block.write(prefix, 345);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

/** Long paths are kept in two parts, cut at a slash. @throws RangeError when there is no such cut */
function splitPath(path: string): { readonly name: string; readonly prefix: string } {
  if (Buffer.byteLength(path) <= NAME) return { name: path, prefix: '' };
  const cuts = [...path.matchAll(/\//g)].map(({ index }) => index);
  const cut = cuts.find((index) => Buffer.byteLength(path.slice(index + 1)) <= NAME);
  if (cut === undefined || Buffer.byteLength(path.slice(0, cut)) > PREFIX)
    throw new RangeError(`Cannot archive ${path}: its path is too long`);
  return { name: path.slice(cut + 1), prefix: path.slice(0, cut) };
}
