import type { WriteStream } from 'node:tty'

const REDRAW_MS = 200
const LINE_MS = 10_000

/** How far a long piece of work is, on standard error. */
export interface Progress {
  /** Says it unless that was done a moment ago. */
  at(text: () => string): void
  /** Takes a line that is redrawn away. */
  clear(): void
}

/** On a terminal one line that is redrawn; elsewhere, as in a log, a line every ten seconds. */
export function createProgress(
  stream: WriteStream = process.stderr,
  now = () => performance.now(),
): Progress {
  const { isTTY } = stream
  let next = now() + (isTTY ? REDRAW_MS : LINE_MS)
  let isDrawn = false
  return {
    at(text) {
      if (now() < next) return
      next = now() + (isTTY ? REDRAW_MS : LINE_MS)
      stream.write(isTTY ? `\r\x1b[K${text().slice(0, stream.columns - 1)}` : `${text()}\n`)
      isDrawn = isTTY
    },
    clear() {
      if (isDrawn) stream.write('\r\x1b[K')
      isDrawn = false
    },
  }
}
