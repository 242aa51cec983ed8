import type { WriteStream } from 'node:tty'
import { expect, test } from 'vitest'
import { createProgress } from '#src/commands/progress.ts'

function progressOn(isTTY: boolean) {
  const written: string[] = []
  let time = 0
  const stream = { isTTY, columns: 12, write: (text: string) => written.push(text) > 0 }
  const progress = createProgress(stream as unknown as WriteStream, () => time)
  const at = (ms: number, text: string) => {
    time = ms
    progress.at(() => text)
  }
  return { written, progress, at }
}

test('a terminal has one line, redrawn a few times a second, never wider than it, and taken away', () => {
  const { written, progress, at } = progressOn(true)
  for (const ms of [0, 250, 300, 500]) at(ms, `${ms} records read`)
  progress.clear()
  expect(written).toEqual(['\r\x1b[K250 records', '\r\x1b[K500 records', '\r\x1b[K'])
})

test('a log has a line every ten seconds, and none of what is done before', () => {
  const { written, progress, at } = progressOn(false)
  for (const ms of [0, 9_000, 10_000, 15_000, 20_500]) at(ms, `${ms} read`)
  progress.clear()
  expect(written).toEqual(['10000 read\n', '20500 read\n'])
})
