import { readFileSync } from 'node:fs'
import { z } from 'zod'

/** A row of the settings table. */
interface Setting<T> {
  readonly schema: z.ZodType<T>
  /** What a person reads: text, list, integer, duration … */
  readonly type: string
  readonly unit?: string
  readonly default?: string
  readonly purpose: string
  /** Never shown; can also be given as NAME_FILE, a file that holds it. */
  readonly secret?: true
}
