/*
 * The words that dateutil knows, in any letter case. Source: python-dateutil 2.9, parserinfo.
 */

const ranks = (...groups: string[]) =>
  new Map(groups.flatMap((group, rank) => group.split(' ').map(word => [word, rank] as const)))

const WEEKDAYS = ranks(
  ...[
    'mon monday',
    'tue tuesday',
    'wed wednesday',
    'thu thursday',
    'fri friday',
    'sat saturday',
    'sun sunday',
  ],
)
const MONTHS = ranks(
  ...['jan january', 'feb february', 'mar march', 'apr april', 'may', 'jun june', 'jul july', 'aug august'],
  ...['sep sept september', 'oct october', 'nov november', 'dec december'],
)
const UNITS = ranks('h hour hours', 'm minute minutes', 's second seconds')
const MERIDIEMS = ranks('a am', 'p pm')
const FILLERS = new Set([..." .,;-/'", ...'at on and ad m t of st nd rd th'.split(' ')])

const rankIn = (words: ReadonlyMap<string, number>) => (token: string | undefined) =>
  token === undefined ? undefined : words.get(token.toLowerCase())

/** 0 Monday. */
export const weekdayOf = rankIn(WEEKDAYS)
/** 0 January. */
export const monthOf = rankIn(MONTHS)
/** 0 hours, 1 minutes, 2 seconds. */
export const unitOf = rankIn(UNITS)
/** 0 before noon, 1 after. */
export const meridiemOf = rankIn(MERIDIEMS)

/** Whether it may stand between the parts of a time without meaning anything. */
export const isFiller = (token: string | undefined) => token !== undefined && FILLERS.has(token.toLowerCase())

export const isUtc = (zone: string) => /^(?:utc|gmt|z)$/i.test(zone)

/** Any abbreviation will do; without an offset, one that is not UTC's says nothing. */
export const isZone = (token: string | undefined) => token !== undefined && /^(?:[A-Z]{1,5}|z)$/.test(token)
