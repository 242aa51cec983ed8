/** Lets `limit` events of one name through in each window, and remembers how many it held back. */
export function createRateLimit(limit: number, windowMs: number, now: () => number = Date.now) {
  const windows = new Map<string, { index: number; passed: number; held: number }>()

  /** Null: hold it back. Else how many were held back since the last one that passed. */
  return (name: string): number | null => {
    const index = Math.floor(now() / windowMs)
    const window = windows.get(name) ?? { index, passed: 0, held: 0 }
    windows.set(name, window)
    if (window.index !== index) Object.assign(window, { index, passed: 0 })
    if (window.passed >= limit) {
      window.held += 1
      return null
    }
    const { held } = window
    window.passed += 1
    window.held = 0
    return held
  }
}
