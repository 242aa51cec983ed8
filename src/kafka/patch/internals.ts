import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const VERSION = '2.2.4'

if (require('kafkajs/package.json').version !== VERSION) {
  throw new Error(
    `The additions in src/kafka/patch fit kafkajs ${VERSION} only; read them again before another is used`,
  )
}

/** A module of kafkajs's own; it has no `exports` map, and is not developed any more. */
export const internal = (path: string) => require(`kafkajs/src/${path}`)

/**
 * Puts something else in the place of a module's export. `user` is the module that takes it when it is loaded,
 * so it must not be loaded yet: whoever imports values of kafkajs imports `patch/index.ts` before.
 */
export function replaceExport<T>(path: string, user: string, make: (original: T) => T): void {
  const file = (module: string) => require.resolve(`kafkajs/src/${module}`)
  if (require.cache[file(user)]) {
    throw new Error(`kafkajs was imported before src/kafka/patch, which cannot replace its ${path} any more`)
  }
  const original: T = internal(path)
  const loaded = require.cache[file(path)]
  if (loaded) loaded.exports = make(original)
}

let isFast = true

/** Has kafkajs use its own code again where `ownInsteadOf` has put ours: slower, for one who doubts ours. */
export function useFastCode(fast: boolean): void {
  isFast = fast
}

export const isFastCode = (): boolean => isFast

/** Ours in the place of kafkajs's own, which does the same more slowly. */
export const ownInsteadOf =
  <A extends unknown[], R>(original: (...args: A) => R, own: (...args: A) => R): ((...args: A) => R) =>
  (...args) =>
    isFast ? own(...args) : original(...args)

/** What the additions use of kafkajs's encoder and decoder. */
export interface Encoder {
  buf: Buffer
  offset: number
  /** What is written of `buf`. */
  readonly buffer: Buffer
  writeString(value: string | null): Encoder
  writeInt16(value: number): Encoder
  writeInt32(value: number): Encoder
  writeInt64(value: unknown): Encoder
  writeBoolean(value: boolean): Encoder
  writeUVarInt(value: number): Encoder
  writeUVarIntString(value: string | null): Encoder
}

export interface Decoder {
  readInt16(): number
  readInt32(): number
  readInt64(): { toString(): string }
  readUVarIntString(): string
  readUVarIntArray<T>(read: (decoder: Decoder) => T): T[] | null
  readTaggedFields(): unknown
}

// Looked up once: `require` of a module that is loaded already still costs more than an encoder.
const KafkajsEncoder: new () => Encoder = internal('protocol/encoder')
const KafkajsDecoder: new (raw: Buffer) => Decoder = internal('protocol/decoder')
export const newEncoder = (): Encoder => new KafkajsEncoder()
export const newDecoder = (raw: Buffer): Decoder => new KafkajsDecoder(raw)

const { failure, createErrorFromCode } = internal('protocol/error')

/** Throws kafkajs's own error for a code other than 0. */
export function throwIfFailed(errorCode: number): void {
  if (failure(errorCode)) throw createErrorFromCode(errorCode)
}

/** One version of a request, as kafkajs keeps them by number. */
interface Protocol {
  readonly request: { apiKey: number; apiVersion: number; apiName: string; encode: () => Promise<Encoder> }
  readonly response: { decode: (raw: Buffer) => Promise<unknown>; parse: (data: never) => Promise<unknown> }
}

/** Makes this the one version of a request that kafkajs speaks. Throws, when it is used, where the broker is older. */
export function requireVersion(path: string, version: number, protocol: (args: never) => Protocol): void {
  const definition = internal(`protocol/requests/${path}`)
  definition.versions = [String(version)]
  definition.protocol = (best: { version: number }) => {
    if (best.version === version) return protocol
    throw new Error(`The broker does not know ${path} v${version}: exactly once needs Kafka 2.5 or newer`)
  }
}

/** A response's topics with their partitions, as the flexible versions of all these requests lay them out. */
export function readTopics<P>(
  decoder: Decoder,
  readPartition: (decoder: Decoder) => P,
): { topic: string; partitions: P[] }[] {
  const readTopic = (outer: Decoder) => {
    const topic = outer.readUVarIntString()
    const partitions = outer.readUVarIntArray(inner => {
      const partition = readPartition(inner)
      inner.readTaggedFields()
      return partition
    })
    outer.readTaggedFields()
    return { topic, partitions: partitions ?? [] }
  }
  return decoder.readUVarIntArray(readTopic) ?? []
}
