import { BinaryWriter } from './writer.ts'

const SLAB_BYTES = 256 * 1024

/** Writes one thing after another into allocations that hold many of them; what was taken is never written again. */
export class Slab extends BinaryWriter {
  constructor() {
    super(SLAB_BYTES)
  }

  /** Where what was taken last ends: whatever was begun behind it and not taken, because of an error, is given up. */
  begin(): void {
    this.at = this.origin
  }

  /** What was written since `begin`. It holds on to the whole allocation. */
  take(): { readonly bytes: Buffer; readonly start: number; readonly end: number } {
    const start = this.origin
    this.origin = this.at
    return { bytes: this.buffer, start, end: this.at }
  }

  protected override grow(bytes: number): void {
    const begun = this.buffer.subarray(this.origin, this.at)
    this.buffer = Buffer.allocUnsafe(Math.max(SLAB_BYTES, 2 * (begun.length + bytes)))
    this.buffer.set(begun)
    this.origin = 0
    this.at = begun.length
  }
}
