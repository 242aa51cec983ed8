import { murmur2 } from './murmur2.ts'

/** A partition of so many, for a record's key. */
export type PartitionOf = (key: Buffer | null, partitions: number) => number

/** The partition that Java's clients choose, by murmur2 of the key; records without a key take turns. */
export function createPartitioner(): PartitionOf {
  // Not all processes begin with the same partition.
  let turn = Math.floor(Math.random() * 0x10000)
  return (key, partitions) => (key === null ? turn++ : murmur2(key) & 0x7fffffff) % partitions
}
