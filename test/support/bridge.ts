import inject, { type InjectOptions, type Response } from 'light-my-request'
import { type Bridge, type BridgeOptions, createBridge } from '#src/bridge/server.ts'
import { createLog } from '#src/observe/log.ts'
import { createMetrics } from '#src/observe/metrics.ts'
import type { RawEvent, RawLog } from '#src/ports.ts'

export const KEY = 'a secret of the tests'
export const TARGET = '/segmentio/event?key=a+secret+of+the+tests'
export const RECEIVED_AT = 1_409_157_219_300

/** A raw log in memory. What it does with an append can be replaced. */
interface MemoryRawLog extends RawLog {
  readonly events: RawEvent[]
  append: (events: readonly RawEvent[]) => Promise<void>
}

function memoryRawLog(): MemoryRawLog {
  const events: RawEvent[] = []
  return { events, append: async appended => void events.push(...appended) }
}

export interface TestBridge {
  readonly app: Bridge & { inject(request: InjectOptions): Promise<Response> }
  readonly rawLog: MemoryRawLog
  /** Every line that was logged. */
  readonly lines: string[]
  /** All metrics as text. */
  readonly metrics: () => Promise<string>
}

/** The real server over a raw log in memory, not listening. */
export function testBridge(overrides: Partial<BridgeOptions> = {}, now = () => RECEIVED_AT): TestBridge {
  const rawLog = memoryRawLog()
  const lines: string[] = []
  const metrics = createMetrics({
    groups: ['bridge'],
    topics: { read: [], written: [] },
    build: { version: '0', revision: '0' },
  })
  const log = createLog({ level: 'debug', command: 'bridge', write: line => void lines.push(line) })
  const options: BridgeOptions = {
    webhookPath: '/segmentio/event',
    webhookHost: undefined,
    webhookSecret: { current: KEY, previous: undefined },
    signingSecret: { current: undefined, previous: undefined },
    signatureOfFirstElement: false,
    maxBodyBytes: 64 * 1024,
    bodyTimeoutMs: 10_000,
    maxInFlightBytes: 1024 * 1024,
    ...overrides,
  }
  const bridge = createBridge(options, { rawLog, metrics, log, now })
  const app = { ...bridge, inject: (request: InjectOptions) => inject(bridge.handle, request) }
  return { app, rawLog, lines, metrics: () => metrics.text() }
}

/** Posts a body as Segment does: JSON with the key. */
export function post(
  { app }: TestBridge,
  body: Buffer | string,
  { url = TARGET, headers = {} }: { url?: string; headers?: Record<string, string> } = {},
) {
  return app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json', host: 'lms.example.com', ...headers },
    payload: body,
  })
}
