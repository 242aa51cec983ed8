import { type Finding, ok, warning } from './finding.ts'

const WHAT = 'partitions'

/** Records go to the raw partition's number modulo the partitions of the topic. */
export function partitionFindings(raw: number, others: Readonly<Record<string, number>>): Finding[] {
  const different = Object.entries(others).filter(([, partitions]) => partitions !== raw)
  if (different.length === 0) return [ok(WHAT, `${raw} of the raw topic, and as many of the others`)]
  return different.map(([topic, partitions]) =>
    warning(
      WHAT,
      partitions < raw
        ? `${topic} has ${partitions}, the raw topic ${raw}: several raw partitions share one`
        : `${topic} has ${partitions}, the raw topic ${raw}: some stay empty`,
      'harmless unless readers are too few; kafka-topics --alter adds partitions, and moves keys',
    ),
  )
}
