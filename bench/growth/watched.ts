import { readFileSync } from 'node:fs'
import { product } from '../contenders.ts'
import { familyCpuSeconds, type Program, peakMegabytes } from '../processes.ts'
import { deleteTopics, type Measured, measure } from '../run.ts'
import type { World } from '../world.ts'
import type { Point } from './series.ts'

/** What a run of the product came to, and what it asked of the database. */
export interface Watched extends Measured {
  /** Of each process. */
  readonly rssMegabytesEach: readonly number[]
  /** Ids that were not in the cache. */
  readonly usersAsked: number
  readonly databaseQueries: number
  readonly databaseCpuMicros: number
}

/** Lets the product do all events of the world's raw topic, and looks at it once more before it ends. */
export async function watch(world: World, { instances, settings }: Point): Promise<Watched> {
  const own = product(instances, { settings })
  const databasePid = world.stack.postgres.pid ?? 0
  const before = familyCpuSeconds(databasePid)
  const seen: { rss: number; metrics: string }[] = []
  const { measured, entry } = await measure(
    {
      ...own,
      start: async at =>
        (await own.start(at)).map(program => ({
          ...program,
          async stop() {
            if (program.ended() === null)
              seen.push({ rss: peakMegabytes([program.pid]), metrics: await metricsOf(program) })
            await program.stop()
          },
        })),
    },
    world,
    { fromFirstCommit: true },
  )
  await deleteTopics(entry)
  const sum = (name: string) => seen.reduce((all, { metrics }) => all + sampleOf(metrics, name), 0)
  return {
    ...measured,
    rssMegabytesEach: seen.map(({ rss }) => rss),
    usersAsked: sum('user_lookups_total{result="found"}') + sum('user_lookups_total{result="unknown"}'),
    databaseQueries: sum('db_query_duration_seconds_count{query="users",result="ok"}'),
    databaseCpuMicros: ((familyCpuSeconds(databasePid) - before) / world.events) * 1e6,
  }
}

/** Its port is its own choice, and its log says which. */
async function metricsOf({ logFile }: Program): Promise<string> {
  const url = /"url":"([^"]+)"/.exec(readFileSync(logFile, 'utf8'))?.[1]
  return (await fetch(`${url}/metrics`)).text()
}

/** Of one sample as Prometheus writes it, without the prefix; NaN where there is none. */
function sampleOf(metrics: string, name: string): number {
  const line = metrics.split('\n').find(line => line.startsWith(`segedx_${name} `))
  return Number(line?.split(' ')[1] ?? Number.NaN)
}
