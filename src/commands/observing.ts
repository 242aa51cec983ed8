import { secretTexts } from '../config/secrets.ts'
import type { CommandName } from '../config/setting.ts'
import { settingsWarnings } from '../config/warnings.ts'
import type { Settings } from '../config.ts'
import type { MetricGroup } from '../observe/catalogue.ts'
import { type HealthServer, startHealth } from '../observe/health.ts'
import type { Component } from '../observe/label-values.ts'
import { createLog, type Log } from '../observe/log.ts'
import { createMetrics, type Metrics, type MetricsOptions } from '../observe/metrics.ts'
import { VERSION } from '../version.ts'
import { followSecrets } from './secret-files.ts'

/** The log of a command, begun with what is odd about its settings. */
export function startLog(
  command: CommandName,
  env: NodeJS.ProcessEnv,
  settings: Pick<Settings, 'LOG_LEVEL'>,
): Log {
  return openLog(command, env, settings).log
}

function openLog(command: CommandName, env: NodeJS.ProcessEnv, settings: Pick<Settings, 'LOG_LEVEL'>) {
  const secrets = secretTexts(settings)
  const log = createLog({ command, level: settings.LOG_LEVEL, secrets })
  for (const warning of settingsWarnings(env, command)) log.warn({ event: 'settings_doubtful' }, warning)
  return { log, secrets }
}

interface Observed {
  readonly log: Log
  readonly metrics: Metrics
  readonly health: HealthServer
}

interface Watched {
  /** What must be ready for the server to be. */
  readonly components: readonly Component[]
  /** The metrics that it shows; those of the process itself go without saying. */
  readonly groups: readonly MetricGroup[]
  readonly topics: MetricsOptions['topics']
}

/** What every server begins with: its log, its metrics, and the port where they and its health are seen. */
export async function startObserving(
  command: CommandName,
  env: NodeJS.ProcessEnv,
  settings: Pick<Settings, 'LOG_LEVEL' | 'METRICS_HOST' | 'METRICS_PORT' | 'BUILD_REVISION'>,
  { components, groups, topics }: Watched,
): Promise<Observed> {
  const { log, secrets } = openLog(command, env, settings)
  followSecrets(command, env, settings, { log, secrets })
  const build = { version: VERSION, revision: settings.BUILD_REVISION }
  const metrics = createMetrics({ groups: [...groups, 'process'], topics, build })
  const { METRICS_HOST: host, METRICS_PORT: port } = settings
  const health = await startHealth({ host, port, components, metrics, log })
  log.info({ event: 'started', ...build, url: health.url }, `Metrics and health are at ${health.url}`)
  return { log, metrics, health }
}
