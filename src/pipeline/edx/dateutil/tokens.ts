import { BLANKS } from '../python-unicode.ts'

/*
 * How dateutil cuts a text: into runs of letters, runs of digits with at most one point, and all other
 * characters one by one. Source: python-dateutil 2.9, _timelex.
 */

/** After a point a run goes on, with letters or with digits; after two digits one comma is as good. */
const FURTHER = '(?:\\.(?:\\p{L}+|\\d+)?)*'
const RUN = new RegExp(`\\d{2,},\\d*${FURTHER}|(?:\\p{L}+|\\d+)${FURTHER}|[^]`, 'gu')

const BLANK = new RegExp(`^[${BLANKS}\\x1c-\\x1f]$`)

/** The tokens of a text whose digits are ASCII; every blank is a space. */
export function tokenize(text: string): string[] {
  const tokens: string[] = []
  for (const { 0: run, index } of text.matchAll(RUN)) {
    if (BLANK.test(run)) tokens.push(' ')
    else if (run.length === 1 || holdsTogether(run, index + run.length === text.length)) tokens.push(run)
    else tokens.push(...run.split(/([.,])/).filter(part => part !== ''))
  }
  return tokens.map(token => (/^\d+,\d+$/.test(token) ? token.replace(',', '.') : token))
}

/** A run falls into its parts where it has letters and a point, two points, or a point or comma at its end. */
function holdsTogether(run: string, endsText: boolean): boolean {
  if (!/[.,]/.test(run)) return true
  if (/[.,]$/.test(run) || run.split('.').length > 2) return false
  // dateutil notes a letter as it reads the character behind it, so that one at the text's end goes unnoticed.
  return !/\p{L}/u.test(run) || (endsText && /^\P{L}+\p{L}$/u.test(run))
}
