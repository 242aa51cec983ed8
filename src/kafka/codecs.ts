import './patch/index.ts'
import { promisify } from 'node:util'
import zlib from 'node:zlib'
import { decompress as unzstdInJs } from 'fzstd'
import kafkajs from 'kafkajs'
import { compressFrame as lz4, decompressFrame as unlz4 } from 'lz4-napi'
import { compress as snappy, uncompress as unsnappy } from 'snappy'

/** What records may be compressed with; all of it is read, whatever a producer used. */
export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'

interface Codec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>
  decompress(buffer: Buffer): Promise<Buffer>
}

const { CompressionCodecs, CompressionTypes } = kafkajs

/** As kafkajs calls it. */
export const COMPRESSION_TYPE = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
} as const satisfies Record<Compression, number>

/** Java's producers frame what they compress with snappy in blocks behind this head: magic, version, least version. */
const SNAPPY_HEAD = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1])
const SNAPPY_MAGIC = SNAPPY_HEAD.subarray(0, 8)
const LENGTH_BYTES = 4

/** Frames for the sake of Java's readers; other producers' snappy comes without a frame. */
export const snappyCodec: Codec = {
  async compress({ buffer }) {
    const block = await snappy(buffer)
    const length = Buffer.alloc(LENGTH_BYTES)
    length.writeUInt32BE(block.length)
    return Buffer.concat([SNAPPY_HEAD, length, block])
  },
  async decompress(buffer) {
    if (!buffer.subarray(0, SNAPPY_MAGIC.length).equals(SNAPPY_MAGIC)) return bytesOf(await unsnappy(buffer))
    const blocks: Buffer[] = []
    for (let at = SNAPPY_HEAD.length; at < buffer.length; ) {
      const end = at + LENGTH_BYTES + buffer.readUInt32BE(at)
      blocks.push(bytesOf(await unsnappy(buffer.subarray(at + LENGTH_BYTES, end))))
      at = end
    }
    return Buffer.concat(blocks)
  },
}

export const lz4Codec: Codec = {
  compress: async ({ buffer }) => await lz4(buffer),
  decompress: async buffer => await unlz4(buffer),
}

type Zstd = (buffer: Buffer) => Promise<Buffer>
/** Node.js has zstd of its own from 22.15 on. */
const node = zlib as unknown as Partial<Record<'zstdCompress' | 'zstdDecompress', typeof zlib.gzip>>
const nodeZstd = (name: 'zstdCompress' | 'zstdDecompress'): Zstd | null => {
  const method = node[name]
  return method ? promisify<Buffer, Buffer>(method) : null
}
const compressZstd = nodeZstd('zstdCompress')
const decompressZstd = nodeZstd('zstdDecompress') ?? (async buffer => Buffer.from(unzstdInJs(buffer)))

export const zstdCodec: Codec = {
  async compress({ buffer }) {
    if (!compressZstd) throw new Error('This Node.js cannot compress with zstd: 22.15 and newer can')
    return compressZstd(buffer)
  },
  decompress: decompressZstd,
}

/** snappy can also give text, though not unless it is asked to. */
const bytesOf = (data: string | Buffer): Buffer => (typeof data === 'string' ? Buffer.from(data) : data)

/** Makes them known to kafkajs, which brings only gzip. */
export function addCodecs(): void {
  CompressionCodecs[CompressionTypes.Snappy] = () => snappyCodec
  CompressionCodecs[CompressionTypes.LZ4] = () => lz4Codec
  CompressionCodecs[CompressionTypes.ZSTD] = () => zstdCodec
}
