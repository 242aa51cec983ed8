/*
 * The small parts of a JSON text. Each function says where the text goes on behind what begins at `start`, or NOT_JSON.
 */

export const NOT_JSON = -1

export const tableOf = (characters: string) => {
  const table = new Uint8Array(256)
  for (const c of characters) table[c.charCodeAt(0)] = 1
  return table
}
const HEX = tableOf('0123456789abcdefABCDEF')
const ESCAPE = tableOf('"\\/bfnrt')

export function behindEscape(b: Buffer, start: number): number {
  const escaped = b[start + 1] as number
  if (escaped !== 0x75) return ESCAPE[escaped] ? start + 2 : NOT_JSON
  for (let h = start + 2; h < start + 6; h++) if (!HEX[b[h] as number]) return NOT_JSON
  return start + 6
}

export function behindWord(b: Buffer, start: number, word: string | undefined): number {
  if (word === undefined) return NOT_JSON
  for (let i = 1; i < word.length; i++) if (b[start + i] !== word.charCodeAt(i)) return NOT_JSON
  return start + word.length
}

export function behindNumber(b: Buffer, start: number): number {
  let i = start
  if (b[i] === 0x2d) i++
  if (b[i] === 0x30) i++
  else {
    const digits = i
    while (isDigit(b[i] as number)) i++
    if (i === digits) return NOT_JSON
  }
  if (b[i] === 0x2e) {
    const digits = ++i
    while (isDigit(b[i] as number)) i++
    if (i === digits) return NOT_JSON
  }
  if (b[i] === 0x65 || b[i] === 0x45) {
    i++
    if (b[i] === 0x2b || b[i] === 0x2d) i++
    const digits = i
    while (isDigit(b[i] as number)) i++
    if (i === digits) return NOT_JSON
  }
  return i
}

const isDigit = (c: number) => c >= 0x30 && c <= 0x39
