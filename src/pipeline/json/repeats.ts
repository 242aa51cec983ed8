import { repeatedText } from './repeated-text.ts'
import { type JsonDocument, KIND, STRIDE } from './scan.ts'

/**
 * The source text of the value at `at`, less every member that a later one of the same key replaces. Since
 * the last one stays, a replaced member always has another behind it: cutting from its key to the next key
 * takes exactly its comma along.
 */
export function withoutRepeats(document: JsonDocument, at: number): string {
  const { bytes, tape } = document
  const end = tape[at + 2] as number
  let from = tape[at + 1] as number
  let text = ''
  for (const [cutFrom, cutTo] of replacedMembers(document, at)) {
    if (cutFrom < from) continue // inside a member that is cut already
    text += bytes.toString('utf8', from, cutFrom)
    from = cutTo
  }
  return text + bytes.toString('utf8', from, end)
}

/** Whether an object of the document has a repeated key; the scanner does not look at all of them. */
export const hasRepeats = (document: JsonDocument): boolean =>
  replacedMembers(document, document.root).length > 0

/** Byte ranges to cut, by their start. */
function replacedMembers(document: JsonDocument, at: number): [number, number][] {
  const { tape } = document
  const cuts: [number, number][] = []
  const behind = tape[at + 3] as number
  for (let node = at; node < behind; node += STRIDE) {
    if (tape[node] !== KIND.object) continue
    const lastOf = new Map<string, number>()
    const objectEnd = tape[node + 3] as number
    for (let k = node + STRIDE; k < objectEnd; k = tape[k + STRIDE + 3] as number) {
      const key = keyAt(document, k)
      const replaced = lastOf.get(key)
      if (replaced !== undefined) {
        const nextKey = tape[replaced + STRIDE + 3] as number
        cuts.push([tape[replaced + 1] as number, tape[nextKey + 1] as number])
      }
      lastOf.set(key, k)
    }
  }
  return cuts.sort((a, b) => a[0] - b[0])
}

function keyAt({ bytes, tape }: JsonDocument, k: number): string {
  const start = tape[k + 1] as number
  const end = tape[k + 2] as number
  return tape[k] === KIND.escaped
    ? JSON.parse(bytes.toString('utf8', start, end))
    : repeatedText(bytes, start + 1, end - 1)
}
