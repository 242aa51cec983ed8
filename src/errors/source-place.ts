import type { RawRecord } from '../pipeline/shapes.ts'

const SOURCE = 'segment-to-edx/'

/** Where the raw record of a record of the output topic stands, as `rawPlace` of a rejection; null: it does not say. */
export function sourcePlace({ headers }: RawRecord): string | null {
  const [source, partition, offset] = ['ce_source', 'source-partition', 'source-offset'].map(name =>
    headers[name]?.toString(),
  )
  if (!source?.startsWith(SOURCE) || partition === undefined || offset === undefined) return null
  return `${source.slice(SOURCE.length)}-${partition}-${offset}`
}
