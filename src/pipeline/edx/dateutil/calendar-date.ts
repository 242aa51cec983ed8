/** The numbers of a date as they came, and the places of those that are known to be the year and the month. */
export interface DateNumbers {
  readonly numbers: number[]
  year?: number
  month?: number
}

export interface CalendarDate {
  readonly year: number
  readonly month: number
  readonly day: number
}

/** False where the token is no integer, or is a second year: one of more than two digits is a year. */
export function addDigits(date: DateNumbers, token: string | undefined): boolean {
  if (token === undefined || !/^\d+$/.test(token)) return false
  return token.length > 2 ? addYear(date, Number(token)) : date.numbers.push(Number(token)) > 0
}

/** The same for a number that may have a fraction, which is dropped: here one above a hundred is a year. */
export function addValue(date: DateNumbers, value: number): boolean {
  return value > 100 ? addYear(date, Math.trunc(value)) : date.numbers.push(Math.trunc(value)) > 0
}

/** False where there is a year already. */
export function addYear(date: DateNumbers, year: number): boolean {
  if (date.year !== undefined) return false
  date.year = date.numbers.push(year) - 1
  return true
}

/** False where there is a month already. */
export function addMonth(date: DateNumbers, month: number): boolean {
  if (date.month !== undefined) return false
  date.month = date.numbers.push(month) - 1
  return true
}

/** Null where there are not three numbers, or the year has no century. Source: python-dateutil 2.9, _ymd. */
export function calendarDate(date: DateNumbers): CalendarDate | null {
  if (date.numbers.length !== 3) return null
  const order = orderOf(date)
  const [year, month, day] = ['y', 'm', 'd'].map(part => date.numbers[order.indexOf(part)]) as [
    number,
    number,
    number,
  ]
  return year < 100 && date.year === undefined ? null : { year, month, day }
}

/** Which number is which: `ymd`, `dmy` … By what is known of them, then by their sizes; the American way in doubt. */
function orderOf({ numbers: [a = 0, b = 0], year, month }: DateNumbers): string {
  if (year !== undefined && month !== undefined)
    return [0, 1, 2].map(place => (place === year ? 'y' : place === month ? 'm' : 'd')).join('')
  if (month === 0) return b > 31 ? 'myd' : 'mdy'
  if (month === 1) return a > 31 ? 'ymd' : 'dmy'
  if (month === 2) return b > 31 ? 'dym' : 'ydm'
  if (a > 31 || year === 0) return 'ymd'
  return a > 12 ? 'dmy' : 'mdy'
}
