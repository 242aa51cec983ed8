import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RecordReader } from '#src/pipeline/binary/record-reader.ts'
import { Slab } from '#src/pipeline/binary/slab.ts'
import { BinaryWriter } from '#src/pipeline/binary/writer.ts'
import { Utf8Slice } from '#src/pipeline/shapes.ts'

/** What is written, in a buffer that has to grow on the way. */
function written(write: (out: BinaryWriter) => void): Buffer {
  const out = new BinaryWriter(1)
  write(out)
  return out.buffer.subarray(0, out.at)
}

test('whole numbers are read back, also beyond 32 bits', () => {
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 52), max: 2 ** 52 }), value => {
      expect(new RecordReader(written(out => out.long(value))).varlong()).toBe(value)
      expect(written(out => out.long(BigInt(value)))).toEqual(written(out => out.long(value)))
    }),
  )
})

test('a text is the same whether it is a string or bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 120 }), text => {
      const bytes = Buffer.from(`x${text}y`)
      const asString = written(out => out.text(text))
      expect(written(out => out.text(new Utf8Slice(bytes, 1, bytes.length - 1)))).toEqual(asString)
      expect(new RecordReader(asString).bytes()?.toString()).toBe(text)
    }),
  )
})

test('a number as text is what String makes of it', () => {
  fc.assert(
    fc.property(fc.nat(Number.MAX_SAFE_INTEGER), value => {
      expect(written(out => out.digits(value))).toEqual(written(out => out.text(String(value))))
    }),
    { examples: [[0], [9], [10], [99], [100], [Number.MAX_SAFE_INTEGER]] },
  )
})

test.each([0, 1, 63, 64, 8_191, 8_192, 1_048_576])(
  'a length is written before %i bytes, however many were likely',
  length => {
    const bytes = Buffer.alloc(length, 'x')
    for (const likely of [0, 64, 8_192, 2_000_000]) {
      const sized = written(out => {
        const start = out.beginSized(likely)
        out.raw(bytes)
        out.endSized(start, likely)
        out.byte(7)
      })
      expect(sized.equals(written(out => [out.bytes(bytes), out.byte(7)]))).toBe(true)
    }
  },
)

test('what was taken of a slab stays as it is, and what was begun and not taken is given up', () => {
  const slab = new Slab()
  const taken: { text: string; bytes: Buffer }[] = []
  for (let i = 0; i < 2_000; i++) {
    slab.begin()
    slab.text('given up')
    slab.begin()
    const text = String(i).repeat(1 + (i % 700))
    const begun = slab.beginSized(9)
    slab.raw(Buffer.from(text))
    slab.endSized(begun, 9)
    const { chunk, start, end } = slab.take()
    taken.push({ text, bytes: chunk.bytes.subarray(start, end) })
  }
  for (const { text, bytes } of taken) expect(new RecordReader(bytes).bytes()?.toString()).toBe(text)
})

describe('memory that is full', () => {
  const HALF = Buffer.alloc(120 * 1024, 'x')
  const takeHalf = (slab: Slab) => {
    slab.begin()
    slab.raw(HALF)
    return slab.take()
  }

  test('is written anew once all that stood in it was given back, and not before', () => {
    const slab = new Slab()
    const [first, second] = [takeHalf(slab), takeHalf(slab)]
    expect(second.chunk).toBe(first.chunk)
    const third = takeHalf(slab)
    first.chunk.givenBack()
    takeHalf(slab)
    expect(takeHalf(slab).chunk.bytes).not.toBe(first.chunk.bytes)
    second.chunk.givenBack()
    takeHalf(slab)
    const last = takeHalf(slab)
    expect(last.chunk.bytes).toBe(first.chunk.bytes)
    expect(third.chunk.bytes).not.toBe(first.chunk.bytes)
  })

  test('is not written anew while more is still written to it', () => {
    const slab = new Slab()
    takeHalf(slab).chunk.givenBack()
    const second = takeHalf(slab)
    takeHalf(slab)
    expect(takeHalf(slab).chunk.bytes).not.toBe(second.chunk.bytes)
    second.chunk.givenBack()
    expect(takeHalf(slab).chunk.bytes).toBe(second.chunk.bytes)
  })

  test('is left to the collector where one thing was larger than usual', () => {
    const slab = new Slab()
    slab.begin()
    slab.raw(Buffer.alloc(1 << 20))
    const large = slab.take()
    large.chunk.givenBack()
    const next = Array.from({ length: 20 }, () => takeHalf(slab).chunk)
    for (const chunk of next) chunk.givenBack()
    const later = Array.from({ length: 20 }, () => takeHalf(slab).chunk.bytes)
    expect(next.some(({ bytes }) => bytes === large.chunk.bytes)).toBe(true)
    expect(later).not.toContain(large.chunk.bytes)
  })
})
