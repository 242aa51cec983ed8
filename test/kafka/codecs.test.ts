import { randomBytes } from 'node:crypto'
import zlib from 'node:zlib'
import { expect, test } from 'vitest'
import { lz4Codec, snappyCodec, zstdCodec } from '#src/kafka/codecs.ts'

const BYTES = Buffer.concat([randomBytes(3_000), Buffer.alloc(200_000, 'abc'), randomBytes(70_000)])

const CODECS = Object.entries({
  snappy: snappyCodec,
  lz4: lz4Codec,
  ...('zstdCompress' in zlib && { zstd: zstdCodec }),
})

test.each(CODECS)('%s gives back what it was given', async (_, codec) => {
  const packed = await codec.compress({ buffer: BYTES })
  expect(packed.length).toBeLessThan(BYTES.length)
  expect((await codec.decompress(packed)).equals(BYTES)).toBe(true)
})

test('snappy is read in several blocks, and without a frame', async () => {
  const framed = async (bytes: Buffer) => (await snappyCodec.compress({ buffer: bytes })).subarray(16)
  const [one, two] = [await framed(BYTES.subarray(0, 9_999)), await framed(BYTES.subarray(9_999))]
  const head = (await snappyCodec.compress({ buffer: BYTES })).subarray(0, 16)
  expect((await snappyCodec.decompress(Buffer.concat([head, one, two]))).equals(BYTES)).toBe(true)
  expect((await snappyCodec.decompress((await framed(BYTES)).subarray(4))).equals(BYTES)).toBe(true)
})

test('zstd is read whatever Node.js brings', async () => {
  // What `zstd` makes of 32 bytes from a pipe, whose size it does not know beforehand.
  const frame = Buffer.from('28b52ffd0048750000407365676d656e74200100030b17', 'hex')
  expect((await zstdCodec.decompress(frame)).toString()).toBe('segment '.repeat(4))
})
