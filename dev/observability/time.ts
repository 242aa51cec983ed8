/** A time in the rules. A test that cannot wait runs the same rules with all times divided. */
export interface Time {
  (duration: Duration): string
  /** A number of seconds to compare with. */
  readonly seconds: (count: number) => string
}
type Duration = `${number}${keyof typeof SECONDS}`

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 }

/** Times as they are written, or divided. */
export function timeDividedBy(divisor: number): Time {
  const time = (duration: Duration): string => {
    if (divisor === 1) return duration
    const unit = duration.at(-1) as keyof typeof SECONDS
    return `${Math.ceil((Number.parseFloat(duration) * SECONDS[unit] * 1_000) / divisor)}ms`
  }
  return Object.assign(time, { seconds: (count: number) => String(count / divisor) })
}
