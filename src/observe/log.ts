import { pino } from 'pino'
import { describeError, safeText } from './describe-error.ts'
import { createRateLimit } from './rate-limit.ts'
import { readableLine } from './readable-line.ts'

/** What a line is about: a stable event name, an error, and coordinates. Never a value out of an event. */
interface Facts {
  readonly event: string
  readonly err?: unknown
  readonly [coordinate: string]: unknown
}
type Level = 'debug' | 'info' | 'warn' | 'error' | 'fatal'
/** `log.warn({ event: 'kafka_unreachable', broker, err }, 'No broker answers; trying again')` */
export type Log = Readonly<Record<Level, (facts: Facts, sentence: string) => void>>

export interface LogOptions {
  readonly level: Exclude<Level, 'fatal'>
  /** Stands on every line. */
  readonly command: string
  /** Texts that are cut out of every line; others may be added later. */
  readonly secrets?: readonly string[]
  /** Takes each line; stderr by default, since commands print data on stdout. */
  readonly write?: (line: string) => void
}

const REPEATS_PER_MINUTE = 10

/**
 * JSON lines; text where stderr is a terminal. Of one event at most ten warnings and errors a minute are written;
 * the next one says in `suppressed` how many were not.
 */
export function createLog({ level, command, secrets = [], write = writeToStderr }: LogOptions): Log {
  // In a JSON line a secret stands escaped.
  const hide = (text: string, secret: string) =>
    text.replaceAll(JSON.stringify(secret).slice(1, -1), '[secret]')
  const logger = pino(
    {
      level,
      base: { command },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: label => ({ level: label }) },
      serializers: { err: error => serializeError(error, level === 'debug') },
    },
    { write: line => write(secrets.reduce(hide, line)) },
  )
  const limit = createRateLimit(REPEATS_PER_MINUTE, 60_000)
  const limited = (level: Level) => (facts: Facts, sentence: string) => {
    const suppressed = limit(`${level} ${facts.event}`)
    if (suppressed === null) return
    logger[level](suppressed > 0 ? { ...facts, suppressed } : facts, sentence)
  }
  return {
    debug: (facts, sentence) => logger.debug(facts, sentence),
    info: (facts, sentence) => logger.info(facts, sentence),
    warn: limited('warn'),
    error: limited('error'),
    fatal: (facts, sentence) => logger.fatal(facts, sentence),
  }
}

/** Only what is known to be harmless: clients hang requests, configurations and records on their errors. */
function serializeError(error: unknown, withStack: boolean): object {
  const { name, code, stack } = (error instanceof Error ? error : {}) as NodeJS.ErrnoException
  return {
    type: name,
    code,
    message: describeError(error),
    stack: withStack && stack !== undefined ? safeText(stack) : undefined,
  }
}

/** Node writes to stderr at once, so the last line before an exit is not lost. */
function writeToStderr(line: string): void {
  process.stderr.write(process.stderr.isTTY ? readableLine(line) : line)
}
