import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import { createGunzip } from 'node:zlib'
import { linesOf } from '../lines.ts'
import type { Side } from './compare.ts'

/** The lines of tracking logs, one after the other; compressed ones are known by how they begin. */
export const logFiles = (files: readonly string[], signal: AbortSignal): Side =>
  async function* () {
    for (const file of files) {
      let number = 0
      for await (const text of linesOf(await contentOf(file, signal))) {
        number++
        if (text.length > 0) yield { place: `${basename(file)}:${number}`, text }
      }
    }
  }

async function contentOf(file: string, signal: AbortSignal): Promise<AsyncIterable<Buffer>> {
  const handle = await open(file)
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0)
  await handle.close()
  const content = createReadStream(file, { highWaterMark: 1 << 20, signal })
  const isGzip = bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b
  if (!isGzip) return content
  const unzipped = createGunzip()
  content.on('error', error => unzipped.destroy(error))
  return content.pipe(unzipped)
}
