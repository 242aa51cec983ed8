import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { withFreePorts } from '../stack/ports.ts'
import { createServer } from '../stack/server.ts'
import { startSupervisor } from '../stack/supervisor.ts'
import { rulesFile } from './rules.ts'
import type { Time } from './time.ts'

interface Series {
  readonly metric: Readonly<Record<string, string>>
  readonly values: readonly (readonly [time: number, value: string])[]
}

/** A Prometheus of one's own, which watches processes every second. */
export interface Prometheus {
  readonly url: string
  /** GET of its API; throws its own words where it refuses. */
  get<T>(path: string, query?: Readonly<Record<string, string>>): Promise<T>
  /** The last so many seconds of an expression. */
  range(expr: string, seconds: number, step: number): Promise<Series[]>
  firing(): Promise<string[]>
  stop(): Promise<void>
}

interface Options {
  /** Addresses of /metrics by job. */
  readonly targets: Readonly<Record<string, readonly string[]>>
  readonly time: Time
}

/** Starts Prometheus (a program of this machine) with the rules. */
export async function startPrometheus({ targets, time }: Options): Promise<Prometheus> {
  const directory = await mkdtemp(join(tmpdir(), 'segedx-prometheus-'))
  const config = join(directory, 'prometheus.yml')
  await mkdir(join(directory, 'data'))
  await writeFile(join(directory, 'rules.yml'), rulesFile(time))
  await writeFile(config, configuration(targets))
  const supervisor = startSupervisor(directory)
  const port = await withFreePorts(1, async (free = 0) => {
    await createServer(supervisor, {
      name: 'Prometheus',
      port: free,
      command: 'prometheus',
      args: [
        `--config.file=${config}`,
        `--storage.tsdb.path=${join(directory, 'data')}`,
        `--web.listen-address=127.0.0.1:${free}`,
      ],
      logFile: join(directory, 'prometheus.log'),
      endSignal: 'SIGKILL',
      ready: log => log.includes('Server is ready to receive web requests'),
    }).start()
    return free
  })
  const url = `http://127.0.0.1:${port}`

  async function get<T>(path: string, query: Readonly<Record<string, string>> = {}): Promise<T> {
    const response = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(query)}`)
    const answer = (await response.json()) as { status: string; data: T; error?: string }
    if (answer.status !== 'success')
      throw new Error(`Prometheus refuses ${query['query'] ?? path}: ${answer.error}`)
    return answer.data
  }

  return {
    url,
    get,
    async range(query, seconds, step) {
      const end = Math.floor(Date.now() / 1_000)
      const times = { start: `${end - seconds}`, end: `${end}`, step: `${step}` }
      return (await get<{ result: Series[] }>('query_range', { query, ...times })).result
    },
    async firing() {
      const { alerts } = await get<{ alerts: { state: string; labels: Record<string, string> }[] }>('alerts')
      const names = alerts
        .filter(({ state }) => state === 'firing')
        .map(({ labels }) => labels['alertname'] ?? '')
      return [...new Set(names)].toSorted()
    },
    stop: () => supervisor.end(),
  }
}

function configuration(targets: Options['targets']): string {
  return stringify({
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: ['rules.yml'],
    scrape_configs: Object.entries(targets).map(([job, urls]) => ({
      job_name: job,
      static_configs: [{ targets: urls.map(url => new URL(url).host) }],
    })),
  })
}
