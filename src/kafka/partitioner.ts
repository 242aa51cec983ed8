import './patch/index.ts'
import kafkajs, { type PartitionMetadata } from 'kafkajs'

/** A partition of so many, for a record's key. */
export type PartitionOf = (key: Buffer | null, partitions: number) => number

/** The partition that Java's clients choose, by murmur2 of the key; records without a key take turns. */
export function createPartitioner(): PartitionOf {
  const partitionOf = kafkajs.Partitioners.DefaultPartitioner()
  let partitionMetadata: PartitionMetadata[] = []
  return (key, partitions) => {
    if (partitionMetadata.length !== partitions) partitionMetadata = anyPartitions(partitions)
    return partitionOf({ topic: '', partitionMetadata, message: { key, value: null } })
  }
}

const anyPartitions = (partitions: number): PartitionMetadata[] =>
  Array.from({ length: partitions }, (_, partitionId) => ({
    ...{ partitionId, leader: 0 },
    ...{ partitionErrorCode: 0, replicas: [], isr: [] },
  }))
