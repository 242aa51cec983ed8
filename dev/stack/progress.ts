import type { WriteStream } from 'node:tty'

/** Where a long start says what it does. */
export type Progress = {
  /** Something happened: a line that stays. */
  line(text: string): void
  /** How far it is: replaces the last status on a terminal, and is left out elsewhere. */
  status(text: string): void
}

export const silent: Progress = { line() {}, status() {} }

/** Progress on a stream, standard error unless told, which keeps standard output for results. */
export function terminalProgress(stream: WriteStream = process.stderr): Progress {
  const clear = stream.isTTY ? '\r\x1b[K' : ''
  return {
    line: text => void stream.write(`${clear}${text}\n`),
    status: text => void (stream.isTTY && stream.write(`${clear}${text.slice(0, stream.columns - 1)}`)),
  }
}
