const MB = 1024 * 1024

/**
 * How much is fetched at once of all partitions that a broker leads. It becomes a round, which is a transaction and costs
 * much the same whatever is in it; more would take more memory for little.
 */
export const ROUND_BYTES = 10 * MB
const LEAST_BYTES = 0.75 * MB
/** Of one partition: about what two batches of its output hold. */
const MOST_BYTES = 3 * MB

/** How much of each partition is fetched at once by a process that has so many of them. */
export const fetchBytes = (partitions: number): number =>
  Math.round(Math.min(MOST_BYTES, Math.max(LEAST_BYTES, ROUND_BYTES / Math.max(partitions, 1))))
