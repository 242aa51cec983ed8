/** One fault at a time for each thing that faults befall; the others wait for their turn. */
export interface Locks {
  run<T>(subject: string, work: () => Promise<T>): Promise<T>
}

export function createLocks(): Locks {
  const last = new Map<string, Promise<unknown>>()
  return {
    run(subject, work) {
      const before = last.get(subject) ?? Promise.resolve()
      // Whoever started the work before hears of its failure; this one only waits for its end.
      const own = before.catch(() => {}).then(work)
      last.set(subject, own)
      return own
    },
  }
}
