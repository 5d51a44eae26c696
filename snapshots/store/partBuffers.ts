/**
 * The memory of files on their way, used again and again: buffers of a part each that were left to the collector piled
 * up with
 * the size of the file (docs/benchmarks.md). Never more than are in use at once.
 */
export class PartBuffers {
  private readonly free: Buffer[] = [];

  /** One of at least so many bytes; what is in it is of no meaning. */
  take(bytes: number): Buffer {
    const last = this.free.pop();
    return last !== undefined && last.length >= bytes ? last : Buffer.allocUnsafeSlow(bytes);
  }

  /** To be called when nothing reads it any more. */
  give(buffer: Buffer): void {
    this.free.push(buffer);
  }
}
