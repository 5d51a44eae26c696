/** An entry of a tar archive: a folder, a symbolic link, or a file of a known size whose bytes follow the header. */
export interface TarEntry {
  /** Relative, without a leading slash. At most 100 bytes. */
  readonly path: string;
  readonly kind: "file" | "folder" | "link";
  readonly mode: number;
  readonly uid?: number;
  readonly gid?: number;
  /** Of a file, in bytes. */
  readonly size?: number;
  /** Of a link. */
  readonly target?: string;
}

const BLOCK = 512;
const TYPES = { file: "0", link: "2", folder: "5" } as const;

/** Pure: the header block (ustar). No times, so that equal contents make equal archives. */
export function tarHeader({ path, kind, mode, uid = 0, gid = 0, size = 0, target = "" }: TarEntry): Buffer {
  const header = Buffer.alloc(BLOCK);
  const name = kind === "folder" ? `${path}/` : path;
  putText(header, name, 0, 100);
  putNumber(header, mode, 100, 8);
  putNumber(header, uid, 108, 8);
  putNumber(header, gid, 116, 8);
  putNumber(header, kind === "file" ? size : 0, 124, 12);
  putNumber(header, 0, 136, 12);
  header.write("        ", 148, "latin1");
  header.write(TYPES[kind], 156, "latin1");
  putText(header, target, 157, 100);
  header.write("ustar\0" + "00", 257, "latin1");
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return header;
}

/** What follows a file of this size, up to the next block. */
export function tarPadding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}

/** The end of an archive. */
export function tarEnd(): Buffer {
  return Buffer.alloc(2 * BLOCK);
}

function putText(header: Buffer, text: string, offset: number, length: number): void {
  if (Buffer.byteLength(text) > length)
    throw new RangeError(`tar: "${text}" is longer than the ${length} bytes that the format has`);
  header.write(text, offset, "utf8");
}

function putNumber(header: Buffer, value: number, offset: number, length: number): void {
  header.write(`${value.toString(8).padStart(length - 1, "0")}\0`, offset, "latin1");
}
