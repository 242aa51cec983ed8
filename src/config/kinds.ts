import { z } from 'zod'

/** How the text of a setting is read. `expected` ends the sentence "expected …" of a fault. */
export interface Kind<T> {
  readonly schema: z.ZodType<T, string>
  /** The word of the documentation's type column. */
  readonly type: string
  readonly expected: string
  /** Faults do not quote the value: whole credentials are often pasted there. */
  readonly quiet?: true
  /** Set but empty is a value of its own. Elsewhere it means the same as unset, as compose files write it. */
  readonly emptyCounts?: true
}

/** Taken whole: not trimmed, not split. */
export const verbatim = {
  schema: z.string().min(1),
  type: 'text',
  expected: 'text, taken whole',
} as const satisfies Kind<string>

export const text = (expected: string, pattern = /./) =>
  ({ schema: z.string().trim().regex(pattern), type: 'text', expected }) as const satisfies Kind<string>

export const integer = (min: number, max: number) =>
  ({
    schema: z
      .string()
      .trim()
      .regex(/^-?\d+$/)
      .transform(Number)
      .pipe(z.int().min(min).max(max)),
    type: 'integer',
    expected: `an integer from ${min} to ${max}`,
  }) as const satisfies Kind<number>

export const port = {
  ...integer(0, 65_535),
  type: 'port',
  expected: 'a port from 1 to 65535, or 0 for any free one',
} as const

export const flag = {
  schema: z.stringbool(),
  type: 'boolean',
  expected: 'true or false',
} as const satisfies Kind<boolean>

/** One of a few words, in upper or lower case. */
export const choice = <const W extends readonly [string, ...string[]]>(...words: W) =>
  ({
    schema: z.string().trim().toLowerCase().pipe(z.enum(words)),
    type: 'choice',
    expected: `one of ${words.join(', ')}`,
  }) satisfies Kind<W[number]>

const split = (value: string) =>
  value
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '')

/** Items separated by commas; blanks around them do not count, and neither do empty items. */
export const list = {
  schema: z.string().transform(split),
  type: 'list',
  expected: 'words separated by commas',
  emptyCounts: true,
} as const satisfies Kind<string[]>

/** Pairs separated by commas; blanks do not count, and of a repeated name the last pair does. */
export const mapping = {
  schema: z
    .string()
    .transform(split)
    .pipe(z.array(z.string().regex(/^[^=]*[^=\s]\s*=\s*[^=\s][^=]*$/)))
    .transform(
      pairs => new Map(pairs.map(pair => pair.split('=').map(side => side.trim()) as [string, string])),
    ),
  type: 'mapping',
  expected: 'pairs such as name=value, separated by commas',
  emptyCounts: true,
} as const satisfies Kind<ReadonlyMap<string, string>>

export const addresses = {
  schema: z
    .string()
    .transform(split)
    .pipe(z.array(z.string().regex(/^(\[[\da-fA-F:]+\]|[^\s:/@]+):\d{1,5}$/)).min(1)),
  type: 'list',
  expected: 'host:port, several of them separated by commas',
  quiet: true,
} as const satisfies Kind<string[]>

/** An absolute URL without a query; a slash at its end is taken off. */
export const url = <const P extends readonly string[]>(...protocols: P) =>
  ({
    schema: z
      .string()
      .trim()
      .refine(value => URL.canParse(value) && protocols.includes(new URL(value).protocol.slice(0, -1)))
      .transform(value => value.replace(/\/+$/, '')),
    type: 'URL',
    expected: `a URL that begins with ${protocols.map(protocol => `${protocol}://`).join(' or ')}`,
    quiet: true,
  }) as const satisfies Kind<string>

export const pem = {
  schema: z.string().regex(/-----BEGIN [A-Z ]+-----/),
  type: 'PEM',
  expected: 'PEM text (-----BEGIN …)',
  quiet: true,
} as const satisfies Kind<string>
