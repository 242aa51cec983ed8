import type { Message } from 'kafkajs'
import { recordBytes } from '../pipeline/record-bytes.ts'
import type { RawEvent } from '../ports.ts'
import { createPartitioner } from './partitioner.ts'

/** Records of one request for one partition: they go into one batch, and are stored or not together. */
export interface Parcel {
  readonly partition: number
  readonly messages: readonly Message[]
  /** What they take in a batch, at most. */
  readonly bytes: number
}

/**
 * Sorts events into parcels of at most `maxBytes` (more where one event is larger), their order kept in each
 * partition. The partition is the one that Java's clients choose, by murmur2 of the key; events without a key
 * take turns.
 */
export function createPacker(
  maxBytes: number,
): (events: readonly RawEvent[], partitions: number) => Parcel[] {
  const partitionOf = createPartitioner()

  return (events, partitions) => {
    const packed: Parcel[] = []
    const filling = new Map<number, { partition: number; messages: Message[]; bytes: number }>()
    for (const event of events) {
      const { key, value, headers } = event
      const partition = partitionOf(key, partitions)
      const bytes = recordBytes(event)
      let parcel = filling.get(partition)
      if (!parcel || parcel.bytes + bytes > maxBytes) {
        parcel = { partition, messages: [], bytes: 0 }
        packed.push(parcel)
        filling.set(partition, parcel)
      }
      parcel.messages.push({ key, value, headers, timestamp: String(event.timestamp), partition })
      parcel.bytes += bytes
    }
    return packed
  }
}
