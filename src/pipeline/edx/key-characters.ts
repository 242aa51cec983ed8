import { DECIMAL_DIGITS, LATER_LETTERS } from './python-unicode.ts'

/** Python's `\w` is a letter, anything numeric or the underscore; these patterns find what is none of them. */
const without = (others: string, flags = 'u') =>
  new RegExp(`[^\\p{L}\\p{N}_${others}]|[${LATER_LETTERS}]`, flags)

const NOT_IN_NAME = without('~.:\\-')
const NOT_IN_WORD = without('.\\-')
const OUTSIDE_HTML_ID = without('\\-', 'gu')
export const NOT_IN_BLOCK = without('~.:%\\-')
export const NOT_IN_OLD_NAME = without('.%\\-')
export const NOT_A_NUMBER = new RegExp(`[^${DECIMAL_DIGITS}]`, 'u')

export const isName = (text: string) => text !== '' && !NOT_IN_NAME.test(text)
export const isWord = (text: string) => text !== '' && !NOT_IN_WORD.test(text)
export const isBlockName = (text: string) => text !== '' && !NOT_IN_BLOCK.test(text)

/** The text as an id of HTML: runs of what cannot stand there, and of underscores, are one underscore. */
export const htmlId = (text: string) => text.replaceAll(OUTSIDE_HTML_ID, '_').replaceAll(/_+/g, '_')
