const MB = 1024 * 1024

/** A round is a transaction, which costs much the same whatever is in it; more would take more memory for little. */
const ROUND_BYTES = 12 * MB
const LEAST_BYTES = 0.75 * MB
/** Of one partition; the output of more would be more than two batches. */
const MOST_BYTES = 1.5 * MB

/** How much of each partition is fetched at once by a process that has so many of them. */
export const fetchBytes = (partitions: number): number =>
  Math.round(Math.min(MOST_BYTES, Math.max(LEAST_BYTES, ROUND_BYTES / Math.max(partitions, 1))))
