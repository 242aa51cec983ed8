/** What a request takes beside its body: objects and buffers of the connection. A rough figure, in bytes. */
const REQUEST_BYTES = 4_096

/** One request's part of what is in hand. */
export interface Holding {
  /** False: there is no room for so many more bytes. */
  take(bytes: number): boolean
  release(): void
}

export interface InFlight {
  open(): Holding
}

/**
 * Counts the memory of all requests in hand against a limit in bytes. A request that is alone always has room:
 * the limit is one for the crowd.
 */
export function createInFlight(limitBytes: number): InFlight {
  let used = 0
  return {
    open() {
      let held = 0
      const take = (bytes: number): boolean => {
        const others = used - held
        if (others > 0 && used + bytes > limitBytes) return false
        held += bytes
        used += bytes
        return true
      }
      return {
        take: bytes => take(held === 0 ? bytes + REQUEST_BYTES : bytes),
        release() {
          used -= held
          held = 0
        },
      }
    },
  }
}
