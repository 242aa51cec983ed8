const SEED = 0x9747b28c
const M = 0x5bd1e995
const R = 24

/** The hash of a key by which Java's clients choose a partition, as a 32-bit integer. Source: Kafka, Utils.murmur2. */
export function murmur2(key: Uint8Array): number {
  const { length } = key
  const whole = length & ~3
  let hash = SEED ^ length
  for (let at = 0; at < whole; at += 4) {
    let k =
      (key[at] as number) |
      ((key[at + 1] as number) << 8) |
      ((key[at + 2] as number) << 16) |
      ((key[at + 3] as number) << 24)
    k = Math.imul(k, M)
    k ^= k >>> R
    hash = Math.imul(hash, M) ^ Math.imul(k, M)
  }
  if (length > whole) {
    for (let at = length - 1; at >= whole; at--) hash ^= (key[at] as number) << (8 * (at - whole))
    hash = Math.imul(hash, M)
  }
  hash ^= hash >>> 13
  hash = Math.imul(hash, M)
  return hash ^ (hash >>> 15)
}
