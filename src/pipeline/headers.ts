import type { BinaryWriter } from './binary/writer.ts'
import type { HeaderValue } from './shapes.ts'

/** A repeated header is a list; one without a value is null. */
export type Header = readonly [name: string, value: HeaderValue | readonly HeaderValue[] | undefined]

export function writeHeaders(out: BinaryWriter, headers: readonly Header[]): void {
  for (const [name, value] of headers) {
    for (const one of valuesOf(value)) {
      out.text(name)
      if (typeof one === 'string') out.text(one)
      else out.bytes(one)
    }
  }
}

export const countOf = (headers: readonly Header[]) =>
  headers.reduce((sum, [, value]) => sum + valuesOf(value).length, 0)

const valuesOf = (value: Header[1]): readonly (HeaderValue | null)[] =>
  Array.isArray(value) ? value : [(value as HeaderValue | undefined) ?? null]

export const written = ({ buffer, at }: BinaryWriter) => buffer.subarray(0, at)
