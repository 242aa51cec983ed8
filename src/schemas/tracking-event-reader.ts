import { SchemaRegistry } from '@kafkajs/confluent-schema-registry'
import { trackingEventType, WIRE_HEADER_BYTES } from '../pipeline/encode.ts'
import { type Resolver, trackingLogLine } from '../pipeline/tracking-log.ts'
import type { RegistryOptions } from './registry-client.ts'
import { TRACKING_EVENT_SCHEMA } from './tracking-event.ts'

/** A value of the output topic as its line of the tracking log. Throws where it is not such a value. */
export type ReadTrackingEvent = (value: Buffer) => Promise<string>

/**
 * Reads values of the output topic by the schema that each was written with, whichever version that is, as the
 * registry has it. Throws where the registry does not answer or does not know the schema.
 */
export function createTrackingEventReader({ url, user, password }: RegistryOptions): ReadTrackingEvent {
  const client = new SchemaRegistry({
    host: url,
    ...(user && { auth: { username: user, password: password ?? '' } }),
  })
  const type = trackingEventType(TRACKING_EVENT_SCHEMA)
  const resolvers = new Map<number, Resolver>()

  async function resolverOf(id: number): Promise<Resolver> {
    const known = resolvers.get(id)
    if (known) return known
    const written = await client.getSchema(id).catch(cause => {
      throw new Error(`The schema with the id ${id} could not be had from the registry at ${url}`, { cause })
    })
    // The client reads longs as doubles, exact only to 2^53: the schema is its part, the type ours.
    const { schema } = written as unknown as { schema(): object }
    const resolver = type.createResolver(trackingEventType(JSON.stringify(schema.call(written))))
    resolvers.set(id, resolver)
    return resolver
  }

  return async value => {
    if (value.length < WIRE_HEADER_BYTES || value[0] !== 0) {
      throw new Error('A value of the output topic is not in the Confluent wire format')
    }
    return trackingLogLine(type, value, await resolverOf(value.readInt32BE(1)))
  }
}
